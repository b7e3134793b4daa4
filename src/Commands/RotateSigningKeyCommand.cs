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
/// The command <c>rotate-signing-key</c>: adds a new signing key, which every front end takes up within minutes. With
/// <c>--revoke-previous</c> it takes away all others, after a leak: every user has to log in again.
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
            "Creates a new key for tokens; the old key verifies until its tokens have expired. Exits with 1 where keys are configured",
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
                await stores.Get<SigningKeyRing>().RotateAsync(parsed.GetValue(revoke), CancellationToken.None);
                console.Say("The signing key was rotated; the front ends take the new one up within two minutes.");
                return 0;
            }
            catch (NotSupportedException configured)
            {
                console.Say(configured.Message);
                return 1;
            }
            catch (Exception fault) when (fault is NpgsqlException or IOException or UnauthorizedAccessException)
            {
                console.Say(fault.Message);
                return ExitCodes.Unavailable;
            }
        });
        return command;
    }
}
