using System.CommandLine;
using Granary.Commands.Grammar;
using Granary.Domain.Events;
using Granary.Domain.Users;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting;
using Granary.Hosting.Auth;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Granary.Journal;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>
/// The command <c>recover-admin</c>: makes a user an active administrator with a new password, which it prints once. The owner of
/// the store can do that; no request can. It appends to the user's stream, so the product must not run: it would decide on what it has in
/// memory.
/// </summary>
internal static class RecoverAdminCommand
{
    private const string Name = "recover-admin";

    /// <summary>Puts it together.</summary>
    public static Command Create(IAnsiConsole console)
    {
        var userName = new Option<string>("--user-name")
        {
            Description = "The user; one who does not exist yet is registered", HelpName = "NAME", DefaultValueFactory = _ => "admin",
        };
        var command = GranaryCommand.Of(
            Name,
            "Makes a user an active administrator with a new password, while the product does not run. Exits with 69 where it runs",
            Name,
            $"{Name} {userName.Name} ada --Granary:DataDirectory /var/lib/granary");
        command.Add(userName);
        command.SetAction(parsed => parsed.UseStoresAsync(
            console, (stores, settings) => RunAsync(parsed.GetValue(userName)!, stores, PlatformSettings.From(settings), console)));
        return command;
    }

    private static async Task<int> RunAsync(string userName, StoreReader stores, PlatformSettings settings, IAnsiConsole console)
    {
        if (!UserId.IsValidName(userName))
        {
            console.Say($"'{userName}' is no user name: it takes 3 to 64 ASCII letters, digits and . _ - @ +.");
            return ExitCodes.Usage;
        }

        if (DirectoryLock.IsTaken(settings))
        {
            console.Say($"The product runs over {settings.DataDirectory}. Stop it first.");
            return ExitCodes.Unavailable;
        }

        var id = UserId.From(userName);
        var stream = UserState.StreamOf(id);
        var user = Aggregate.Fold<UserState, UserEvent>(UserState.Initial(id), await stores.Journal.ReadStreamAsync(stream, 0, CancellationToken.None));
        if (user.Status == UserStatus.Closed)
        {
            console.Say($"The account of {userName} is closed for good. Name another user.");
            return 1;
        }

        var password = PasswordHashing.Generate();
        var events = new List<JournalEvent>();
        Aggregate.Record(user, [.. EventsOf(user, userName, password)], DateTimeOffset.UtcNow, null, events);
        var outcomes = new Exception?[1];
        await stores.StoreOf(stream).AppendBatchAsync([new JournalAppend(stream, user.Version, events)], outcomes);
        if (outcomes[0] is { } fault)
        {
            console.Say($"Nothing was changed: {fault.Message}");
            return ExitCodes.Unavailable;
        }

        console.Say($"{(user.Status == UserStatus.None ? "Registered a new administrator" : "Administrator")}: user name '{userName}', password '{password}' (shown this once).");
        if (settings.Storage == StorageKind.PostgreSql)
        {
            console.Say("A silo that runs and has the user in memory does not know it: restart the silos if one runs.");
        }

        return 0;
    }

    private static IEnumerable<UserEvent> EventsOf(UserState user, string userName, string password)
    {
        var hash = PasswordHashing.Create<UserState>(PasswordHashing.HasherOptions).HashPassword(user, password);
        if (user.Status == UserStatus.None)
        {
            yield return new UserRegistered(UserId.System, userName, hash, "Administrator", [Roles.Admin]);
            yield break;
        }

        if (user.Status == UserStatus.Suspended)
        {
            yield return new UserReactivated(UserId.System);
        }

        if (!user.Roles.Contains(Roles.Admin))
        {
            yield return new RolesChanged(UserId.System, [.. user.Roles, Roles.Admin]);
        }

        yield return new PasswordChanged(UserId.System, hash, EndsTokens: true);
    }
}
