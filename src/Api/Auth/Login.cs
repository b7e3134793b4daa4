using System.Net;
using Granary.Api.Problems;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Identity;

namespace Granary.Api.Auth;

/// <summary>The result of a login attempt: a token and the user's roles, or the problem.</summary>
public sealed record LoginOutcome(TokenBody? Token, IReadOnlyList<string> Roles, Problem? Problem)
{
    internal static LoginOutcome Refused(Problem problem) => new(null, [], problem);
}

/// <summary>Checks a user name and a password: the response and its timing are the same whether the user exists or not.</summary>
public sealed class Login(IGrainFactory grains, Passwords passwords, LoginThrottle throttle, TokenIssuer issuer)
{
    /// <summary>Tries to log in.</summary>
    /// <param name="userName">As typed.</param>
    /// <param name="password">As typed.</param>
    /// <param name="address">The source of the attempt; repeated failures slow it down.</param>
    public async Task<LoginOutcome> TryAsync(string userName, string password, IPAddress? address, CancellationToken cancellationToken)
    {
        var userId = UserId.From(userName);
        var (problem, credential, match) = await CheckAsync(userId, password, address, cancellationToken);
        if (problem is not null)
        {
            return LoginOutcome.Refused(problem);
        }

        var user = grains.User(userId);
        if (credential!.Status != UserStatus.Active)
        {
            var status = Words.Of(credential.Status);
            return LoginOutcome.Refused(Problem.Of(ProblemTypes.UserSuspended) with { CurrentStatus = status });
        }

        if (match == PasswordVerificationResult.SuccessRehashNeeded)
        {
            await user.Rehash(credential.PasswordHash, await passwords.RehashAsync(password, cancellationToken), userId);
        }

        return new LoginOutcome(issuer.Issue(userId, credential.Roles, credential.TokenGeneration), credential.Roles, null);
    }

    /// <summary>Replaces a password by another one, if the caller knows it. Guesses are slowed down like those of a login.</summary>
    /// <returns>Null, or why the password is the same as before.</returns>
    public async Task<Problem?> ChangePasswordAsync(
        string userId, string current, string password, IPAddress? address, CancellationToken cancellationToken)
    {
        var (problem, credential, _) = await CheckAsync(userId, current, address, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        var hash = await passwords.HashAsync(password, cancellationToken);
        var changed = await grains.User(userId).ChangePassword(credential!.PasswordHash, hash, userId);

        // Of several changes at once the first counts: the others name a password that the user no longer has.
        return changed.Refusal is not null ? Problem.Of(ProblemTypes.UserSuspended)
            : changed.Replayed ? Problem.Of(ProblemTypes.InvalidCredentials)
            : null;
    }

    /// <summary>Checks a password. Guesses are slowed down like those of a login.</summary>
    /// <returns>Null, or why it does not count.</returns>
    public async Task<Problem?> CheckPasswordAsync(string userId, string password, IPAddress? address, CancellationToken cancellationToken) =>
        (await CheckAsync(userId, password, address, cancellationToken)).Problem;

    private async Task<(Problem? Problem, UserCredential? Credential, PasswordVerificationResult Match)> CheckAsync(
        string userId, string password, IPAddress? address, CancellationToken cancellationToken)
    {
        var attempt = await throttle.BeginAsync(userId, address, cancellationToken);
        if (attempt.Wait is { } wait)
        {
            var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
            return (Problem.Of(ProblemTypes.TooManyRequests) with { RetryAfter = seconds }, null, default);
        }

        var credential = await grains.User(userId).GetCredential();
        PasswordVerificationResult match;
        try
        {
            match = await passwords.VerifyAsync(credential?.PasswordHash, password, cancellationToken);
        }
        catch (OverloadedException)
        {
            throttle.TakeBack(attempt);
            throw;
        }

        if (credential is null || match == PasswordVerificationResult.Failed)
        {
            return (Problem.Of(ProblemTypes.InvalidCredentials), null, match);
        }

        throttle.Succeeded(attempt);
        return (null, credential, match);
    }
}
