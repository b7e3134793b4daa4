using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;

namespace Granary.Api.Auth;

/// <summary>
/// Registers the first administrator. The user's grain accepts one registration, so of several processes that start together one
/// creates the user, and only that one prints a generated password. A later start changes nothing.
/// </summary>
public sealed partial class FirstAdministrator(
    IGrainFactory grains, Passwords passwords, AdministratorOptions options, TextWriter output, ILogger<FirstAdministrator> logger)
    : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    /// <summary>Completes when the administrator exists.</summary>
    public Task Registered => _registered.Task;

    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await TryRegisterAsync(stoppingToken))
        {
            await Task.Delay(Retry, stoppingToken);
        }

        _registered.SetResult();
    }

    private async Task<bool> TryRegisterAsync(CancellationToken stoppingToken)
    {
        try
        {
            var user = grains.User(UserId.From(options.UserName));
            if (await user.GetCredential() is null)
            {
                await RegisterAsync(user, stoppingToken);
            }

            return true;
        }
        catch (Exception exception) when (
            exception is JournalException or OrleansException or TimeoutException or OverloadedException)
        {
            // Storage and cluster may start later than this process; logins are impossible until then in any case.
            LogPostponed(exception);
            return false;
        }
    }

    private async Task RegisterAsync(IUserGrain user, CancellationToken stoppingToken)
    {
        var password = options.Password ?? PasswordHashing.Generate();
        var hash = await passwords.HashAsync(password, stoppingToken);
        var reply = await user.Register(
            new RegisterUser(options.UserName, hash, "Administrator", [Roles.Admin], UserId.System));
        if (reply.Refusal is null && options.Password is null)
        {
            // Printed to the terminal, not to the log: logs are shipped and kept.
            await output.WriteLineAsync(
                $"First administrator: user name '{options.UserName}', password '{password}' (shown this once).");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The first administrator could not be registered yet")]
    private partial void LogPostponed(Exception exception);
}

/// <summary>The first administrator.</summary>
/// <param name="UserName">The name to log in with.</param>
/// <param name="Password">The password, or null to generate one.</param>
public sealed record AdministratorOptions(string UserName, string? Password);
