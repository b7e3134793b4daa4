using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Reading;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Http.HttpResults;
using NotFound = Granary.Grains.Interfaces.NotFound;
using UserAnswer = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.Ok<Granary.Api.Users.UserBody>, Granary.Api.Problems.ProblemResult>;

namespace Granary.Api.Users;

/// <summary>The endpoints of users and their wallets.</summary>
public static class UserEndpoints
{
    private const int LongestUserName = 64;

    /// <summary>Maps them under <c>/users</c>.</summary>
    public static RouteGroupBuilder MapUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/users").WithTags("Users").Describes("id", "The id of the user.");
        users.MapPost("/", Register).WithName("RegisterUser").AllowAnonymous().IsDear(DearKind.Registration).Scope(Scopes.UsersWrite)
            .Reads(RequestHeader.IdempotencyKey).TellsPosition()
            .WithSummary("Register a user")
            .WithExample("""{ "user_name": "ada", "password": "correct horse battery staple", "display_name": "Ada" }""")
            .Answers(ProblemTypes.UserNameTaken, ProblemTypes.IdempotencyKeyReused, ProblemTypes.Forbidden, ProblemTypes.InsufficientScope, ProblemTypes.Unauthorized);
        users.MapGet("/", UserList.List).WithName("ListUsers").Scope(Scopes.UsersRead).RequireAuthorization(Policies.Admin).AnswersAtLength()
            .WithSummary("List users, by user name")
            .TakesOnly(UserList.Parameters)
            .Answers(ProblemTypes.Validation);
        users.MapGet("/me", GetMe).WithName("GetMe").WithSummary("Read the caller and the wallet");
        users.MapGet("/{id}", Get).WithName("GetUser").Scope(Scopes.UsersRead).WithSummary("Read a user and the wallet")
            .CalledBy("the user", Roles.Admin)
            .Answers(ProblemTypes.NotFound);
        users.MapGet("/{id}/statement", WalletStatements.Read).WithName("ReadStatement").Scope(Scopes.UsersRead).AnswersAtLength()
            .WithSummary("Read the movements of a user's wallet, oldest first")
            .CalledBy("the user", Roles.Admin)
            .TakesOnly(WalletStatements.Parameters)
            .Answers(ProblemTypes.Validation, ProblemTypes.NotFound);
        users.MapPost("/{id}/deposits", Deposit).WithName("DepositMoney").Scope(Scopes.UsersWrite).WithSummary("Put money into a user's wallet").ChangesUser()
            .WithExample("""{ "amount": 50000, "currency": "USD", "reference": "transfer 4711" }""")
            .Reads(RequestHeader.IdempotencyKey)
            .Answers(ProblemTypes.IdempotencyKeyReused);
        users.MapPost("/{id}/withdrawals", Withdraw).WithName("WithdrawMoney").Scope(Scopes.UsersWrite).WithSummary("Pay money out of a user's wallet").ChangesUser()
            .WithExample("""{ "amount": 50000, "currency": "USD", "reference": "transfer 4711" }""")
            .Reads(RequestHeader.IdempotencyKey)
            .Answers(ProblemTypes.InsufficientFunds, ProblemTypes.IdempotencyKeyReused);
        users.MapPut("/{id}/roles", SetRoles).WithName("SetRoles").WithSummary("Give a user other roles").ChangesUser()
            .WithExample("""{ "roles": ["customer", "operator"] }""");
        users.MapPost("/{id}/suspend", Suspend).WithName("SuspendUser").ChangesUser()
            .WithSummary("Suspend a user, who cannot order until the suspension is lifted");
        users.MapPost("/{id}/reactivate", Reactivate).WithName("ReactivateUser").WithSummary("Lift a suspension").ChangesUser();
        users.MapPost("/{id}/close", Close).WithName("CloseUser").WithSummary("Close a user's account for good").ChangesUser()
            .Answers(ProblemTypes.WalletNotEmpty);
        return users;
    }

    private static RouteHandlerBuilder ChangesUser(this RouteHandlerBuilder route) =>
        route.RequireAuthorization(Policies.Admin).TellsPosition().Answers(ProblemTypes.NotFound, ProblemTypes.IllegalTransition);

    private static async Task<Results<Created<UserBody>, Ok<UserBody>, ProblemResult>> Register(
        RegisterUserRequest request,
        Passwords passwords,
        ICurrent<RegistrationOptions> options,
        HttpContext http,
        [AsParameters] UserDesk desk,
        CancellationToken cancellationToken)
    {
        var machine = Caller.IsKey(http.User) ? Caller.From(http.User) : null;
        if (machine is null && ApiKeyCheck.TextOf(http.Request) is not null)
        {
            // As a stranger, a machine whose key has ended would be told that a password is missing.
            http.Response.Headers.WWWAuthenticate = "Bearer realm=\"granary\", error=\"invalid_token\"";
            return new ProblemResult(Problem.Of(ProblemTypes.Unauthorized, "The API key is unknown, expired or revoked."));
        }

        if (machine is not null && !http.User.HasClaim(Caller.ScopeClaim, Scopes.UsersWrite))
        {
            return ScopedRoutes.Refusal(http);
        }

        if (!options.Value.TakesStrangers && machine is null && !http.User.HasClaim(Caller.RoleClaim, Roles.Admin))
        {
            return new ProblemResult(Problem.Of(
                ProblemTypes.Forbidden, $"Strangers cannot register at present: {SettingKeys.TakesRegistrations} is off."));
        }

        var validation = new Validation();
        var key = IdempotencyKey.From(http.Request.Headers[IdempotencyKey.Header], validation);
        var name = validation.Text("user_name", request.UserName, LongestUserName);
        validation.Require(UserId.IsValidName(name), "user_name", "must be 3 to 64 ASCII letters, digits and . _ - @ +");
        var password = machine is not null && request.Password is null
            ? null
            : PasswordRules.NewPassword("password", request.Password, name, validation);
        var displayName = validation.OptionalText("display_name", request.DisplayName, Limits.NameLength);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        // A customer of the shop's machines has no password and cannot log in.
        var id = UserId.From(name);
        var hash = password is null ? "" : await passwords.HashAsync(password, cancellationToken);
        var reply = await desk.Grains.User(id)
            .Register(new RegisterUser(name, hash, displayName, [Roles.Customer], By: machine?.UserId ?? id) { Key = key });
        if (reply.User is not { } user)
        {
            return desk.Problems.For(reply.Refusal!);
        }

        var location = "/users/" + user.Id;
        if (!reply.Replayed)
        {
            Positions.Tell(http, user);
            return TypedResults.Created(location, UserBody.From(user, desk.Currency));
        }

        if (await ProblemOfRepeatedAsync(id, password, http, desk, cancellationToken) is { } problem)
        {
            return problem;
        }

        Positions.Tell(http, user);
        http.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        http.Response.Headers.Location = location;
        return TypedResults.Ok(UserBody.From(user, desk.Currency));
    }

    /// <summary>
    /// Why a repeated registration is another one: it has another password. Only the hash is known, so the user's grain cannot compare it, and
    /// guesses are slowed down like those of a login.
    /// </summary>
    private static async Task<ProblemResult?> ProblemOfRepeatedAsync(
        string id, string? password, HttpContext http, UserDesk desk, CancellationToken cancellationToken)
    {
        if (password is null)
        {
            return (await desk.Grains.User(id).GetCredential())?.PasswordHash is "" ? null : desk.Problems.For(new IdempotencyKeyReused());
        }

        // Where an external issuer knows the users, nobody logs in here, and no password is compared.
        var problem = http.RequestServices.GetService<Login>() is { } login
            ? await login.CheckPasswordAsync(id, password, http.Connection.RemoteIpAddress, cancellationToken)
            : Problem.Of(ProblemTypes.InvalidCredentials);
        return problem is null ? null
            : problem.Status == StatusCodes.Status429TooManyRequests ? new ProblemResult(problem)
            : desk.Problems.For(new IdempotencyKeyReused());
    }

    private static Task<UserAnswer> GetMe(Caller caller, [AsParameters] UserDesk desk) =>
        Ask(caller.UserId, desk, static user => user.Get());

    private static Task<UserAnswer> Get(string id, Caller caller, [AsParameters] UserDesk desk) =>
        caller.ActsForAll || id == caller.UserId
            ? Ask(id, desk, static user => user.Get())
            : Task.FromResult<UserAnswer>(desk.Problems.For(new NotFound()));

    private static async Task<Results<Created<WalletBody>, Ok<WalletBody>, ProblemResult>> Deposit(
        string id, DepositRequest request, Caller caller, HttpContext http, [AsParameters] UserDesk desk)
    {
        var validation = new Validation();
        var key = IdempotencyKey.From(http.Request.Headers[IdempotencyKey.Header], validation);
        var money = new MoneyRequest { Amount = request.Amount, Currency = request.Currency };
        var amount = validation.Amount("", money, desk.Currency, 1, Limits.Amount);
        var reference = request.Reference is null ? null : validation.Text("reference", request.Reference, Limits.ReferenceLength);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        return await Book(id, user => user.Deposit(new DepositMoney(amount, key, caller.UserId, reference)), http, desk);
    }

    private static async Task<Results<Created<WalletBody>, Ok<WalletBody>, ProblemResult>> Withdraw(
        string id, WithdrawRequest request, Caller caller, HttpContext http, [AsParameters] UserDesk desk)
    {
        var validation = new Validation();
        var key = IdempotencyKey.From(http.Request.Headers[IdempotencyKey.Header], validation);
        var money = new MoneyRequest { Amount = request.Amount, Currency = request.Currency };
        var amount = validation.Amount("", money, desk.Currency, 1, Limits.Amount);
        var reference = request.Reference is null ? null : validation.Text("reference", request.Reference, Limits.ReferenceLength);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        return await Book(id, user => user.Withdraw(new WithdrawMoney(amount, reference, key, caller.UserId)), http, desk);
    }

    /// <summary>Books a movement of money and answers with the wallet.</summary>
    private static async Task<Results<Created<WalletBody>, Ok<WalletBody>, ProblemResult>> Book(
        string id, Func<IUserGrain, Task<UserReply>> movement, HttpContext http, UserDesk desk)
    {
        var reply = desk.Find(id) is { } grain ? await movement(grain) : null;
        if (reply?.User is not { } user)
        {
            return AbsentOr(reply?.Refusal, desk);
        }

        Positions.Tell(http, user);
        var wallet = WalletBody.From(user.Wallet, desk.Currency);
        if (!reply.Replayed)
        {
            return TypedResults.Created("/users/" + user.Id, wallet);
        }

        http.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Ok(wallet);
    }

    private static Task<UserAnswer> SetRoles(
        string id, SetRolesRequest request, Caller caller, HttpContext http, [AsParameters] UserDesk desk)
    {
        var validation = new Validation();
        var roles = RolesOf(request.Roles, validation);
        return validation.Failed ? Task.FromResult<UserAnswer>(validation.ToProblem())
            : id == caller.UserId && !roles.Contains(Roles.Admin) ? NotOneself()
            : Change(id, http, desk, desk.AsAdministrator(admins => admins.SetRoles(id, roles, caller.UserId), user => user.SetRoles(roles, caller.UserId)));
    }

    private static Task<UserAnswer> Suspend(string id, Caller caller, HttpContext http, [AsParameters] UserDesk desk) =>
        id == caller.UserId ? NotOneself()
            : Change(id, http, desk, desk.AsAdministrator(admins => admins.Suspend(id, caller.UserId), user => user.Suspend(caller.UserId)));

    private static Task<UserAnswer> Reactivate(string id, Caller caller, HttpContext http, [AsParameters] UserDesk desk) =>
        Change(id, http, desk, user => user.Reactivate(caller.UserId));

    private static Task<UserAnswer> Close(string id, Caller caller, HttpContext http, [AsParameters] UserDesk desk) =>
        id == caller.UserId ? NotOneself()
            : Change(id, http, desk, desk.AsAdministrator(admins => admins.Close(id, caller.UserId), user => user.Close(caller.UserId)));

    /// <summary>Only another administrator may take one away, so that at least one is always left.</summary>
    private static Task<UserAnswer> NotOneself() => Task.FromResult<UserAnswer>(new ProblemResult(Problem.Of(
        ProblemTypes.Forbidden, "An administrator cannot suspend, close or take the admin role from their own account: ask another one.")));

    private static Task<UserAnswer> Ask(string id, UserDesk desk, Func<IUserGrain, Task<UserReply>> ask) => Answer(id, null, desk, ask);

    private static Task<UserAnswer> Change(string id, HttpContext http, UserDesk desk, Func<IUserGrain, Task<UserReply>> change) =>
        Answer(id, http, desk, change);

    /// <param name="changed">Where a change says its position; null for a read.</param>
    private static async Task<UserAnswer> Answer(string id, HttpContext? changed, UserDesk desk, Func<IUserGrain, Task<UserReply>> call)
    {
        var reply = desk.Find(id) is { } grain ? await call(grain) : null;
        if (reply?.User is not { } user)
        {
            return AbsentOr(reply?.Refusal, desk);
        }

        if (changed is not null)
        {
            Positions.Tell(changed, user);
        }

        return TypedResults.Ok(UserBody.From(user, desk.Currency));
    }

    /// <summary>An unknown user in the address is answered with not-found; any other refusal keeps its own problem.</summary>
    private static ProblemResult AbsentOr(Refusal? refusal, UserDesk desk) =>
        desk.Problems.For(refusal is null or UnknownUser ? new NotFound() : refusal);

    private static List<string> RolesOf(IReadOnlyList<string?>? names, Validation validation)
    {
        var roles = names?.Distinct().OfType<string>().ToList() ?? [];
        validation.Require(names is { Count: > 0 }, "roles", $"must name at least one of {string.Join(", ", Roles.All)}");
        for (var i = 0; i < names?.Count; i++)
        {
            validation.Require(Roles.All.Contains(names[i] ?? ""), $"roles[{i}]", $"is not one of {string.Join(", ", Roles.All)}");
        }

        return roles;
    }
}
