using System.CommandLine;
using Granary.Commands.Grammar;
using Granary.Hosting;
using Granary.Hosting.Settings;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>The program's command line: without a command it runs the product, with one it does what <c>--help</c> says.</summary>
public static class CommandLine
{
    /// <summary>Runs a command line to its end.</summary>
    /// <param name="arguments">The program's arguments.</param>
    /// <param name="product">Runs the product with settings until it is told to stop.</param>
    /// <param name="console">Where commands report; the process's own by default.</param>
    /// <param name="errors">Where it is told why nothing was done; the process's own by default.</param>
    /// <returns>The exit code of the process, one of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, Func<string[], Task> product, IAnsiConsole? console = null, TextWriter? errors = null)
    {
        ArgumentNullException.ThrowIfNull(product);
        console ??= AnsiConsole.Console;
        errors ??= Console.Error;
        var parsed = GranaryCommand.Create(product, console).Parse(
            arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (parsed.Action is not HelpWithExamples && Misuse.Of(parsed) is { } misuse)
        {
            await errors.WriteLineAsync(misuse);
            await errors.WriteLineAsync($"'{parsed.CommandResult.Command.Path()} --help' tells how it is used.");
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = console.Profile.Out.Writer,
                Error = errors,
                EnableDefaultExceptionHandler = false,

                // The product's host handles the signals itself, and takes the time that it needs to stop.
                ProcessTerminationTimeout = null,
            });
        }
        catch (InvalidConfigurationException problem)
        {
            await errors.WriteLineAsync(problem.Message);
            return ExitCodes.Configuration;
        }
        catch (CannotStartException problem)
        {
            await errors.WriteLineAsync(problem.Message);
            return problem.ExitCode;
        }
    }
}
