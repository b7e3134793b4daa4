using System.CommandLine;
using Granary.Commands.Grammar;
using Granary.Hosting;
using Granary.Hosting.Auth;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Npgsql;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>
/// The command <c>rotate-signing-key</c>: adds a new signing key, which signs within minutes. With <c>--revoke-previous</c> it takes
/// away all others, after a leak: every front end refuses their tokens within a second, and every user has to log in again.
/// </summary>
internal static class RotateSigningKeyCommand
{
    private const string Name = "rotate-signing-key";

    /// <summary>Puts it together.</summary>
    public static Command Create(IAnsiConsole console)
    {
        var revoke = new Option<bool>("--revoke-previous") { Description = "Removes all other keys, after a leak: every user has to log in again" };
        var command = GranaryCommand.Of(
            Name,
            "Creates a new key for tokens; the old key verifies until its tokens have expired. Exits with 1 where keys are configured, or where there is none to revoke",
            Name,
            $"{Name} {revoke.Name} --Granary:DataDirectory /var/lib/granary");
        command.Add(revoke);
        command.SetAction(async parsed =>
        {
            var settings = CommandSettings.Of(parsed);
            if (StoreAccess.IsMissing(PlatformSettings.From(settings), console))
            {
                return ExitCodes.Unavailable;
            }

            try
            {
                await using var stores = StoreReader.Open(settings);
                var ring = stores.Get<SigningKeyRing>();
                var previous = await ring.RotateAsync(parsed.GetValue(revoke), CancellationToken.None);
                Report(parsed.GetValue(revoke), stores.Get<ISigningKeyStore>().Place, ring.Current, previous, console);
                return 0;
            }
            catch (Exception refusal) when (refusal is NotSupportedException or NoKeysException)
            {
                console.Say(refusal.Message);
                return 1;
            }
            catch (InvalidDataException damage)
            {
                console.Say(damage.Message);
                return ExitCodes.BadData;
            }
            catch (Exception fault) when (fault is NpgsqlException or IOException or UnauthorizedAccessException)
            {
                console.Say(fault.Message);
                return ExitCodes.Unavailable;
            }
        });
        return command;
    }

    private static void Report(bool revoked, string place, SigningKey current, IReadOnlyList<SigningKey> previous, IAnsiConsole console)
    {
        if (revoked)
        {
            console.Say($"Revoked in {place}: {string.Join(", ", previous.Select(key => key.Id))}. Their tokens are refused within a second.");
            console.Say($"The key {current.Id} signs from now on.");
            return;
        }

        console.Say(
            $"The signing key in {place} was rotated. The front ends take the new one up within two minutes; "
            + $"{string.Join(", ", previous.Select(key => key.Id).DefaultIfEmpty("no other"))} verifies until its tokens have expired.");
    }
}
