using Granary.Commands;
using Spectre.Console;

namespace Granary.Programs.Tests.Operations.Commands;

/// <summary>A command line that a test runs in its own process.</summary>
internal static class CommandRun
{
    /// <summary>Runs a command; the product must not run.</summary>
    public static Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments) =>
        RunAsync(_ => throw new InvalidOperationException($"The product was to run: {string.Join(' ', arguments)}"), arguments);

    /// <summary>Runs a command line with something in the product's place.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(Func<string[], Task> product, string[] arguments)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output),
        });
        var code = await CommandLine.RunAsync(arguments, product, console, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
