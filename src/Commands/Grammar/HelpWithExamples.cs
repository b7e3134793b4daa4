using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Granary.Commands.Grammar;

/// <summary>The help of a command, its examples, and how settings are given.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var output = parseResult.InvocationConfiguration.Output;

        // Otherwise the usage would promise "additional arguments", which are the settings below.
        command.TreatUnmatchedTokensAsErrors = true;
        var code = help.Invoke(parseResult);
        if (command is GranaryCommand { Examples.Count: > 0 } documented)
        {
            output.WriteLine("Examples:");
            foreach (var example in documented.Examples)
            {
                output.WriteLine($"  {GranaryCommand.ProgramName} {example}".TrimEnd());
            }

            output.WriteLine();
        }

        output.WriteLine("Settings:");
        output.WriteLine("  Every command takes the settings of the product, as --Granary:Key value or --Granary:Key=value, or as Granary__Key in the");
        output.WriteLine($"  environment. '{GranaryCommand.ProgramName} {SettingsCommand.Name}' lists them.");
        return code;
    }
}
