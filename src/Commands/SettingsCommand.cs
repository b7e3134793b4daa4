using System.CommandLine;
using Granary.Commands.Grammar;
using Granary.Hosting.Settings;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>The command <c>settings</c>: lists every key with its default and what it takes. <c>docs/settings.md</c> is its output.</summary>
internal static class SettingsCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "settings";

    /// <summary>Puts it together.</summary>
    public static Command Create(IAnsiConsole console)
    {
        var command = GranaryCommand.Of(Name, "Lists every setting: key, default, what it takes, what it is for", Name, $"{Name} | grep Granary:Streams");
        command.SetAction(_ =>
        {
            console.Say("| key | default | takes | meaning |\n|---|---|---|---|");
            foreach (var key in SettingKeys.All)
            {
                console.Say($"| `{key.Name}` | {key.Default} | {key.Takes} | {key.Meaning} |");
            }

            return 0;
        });
        return command;
    }
}
