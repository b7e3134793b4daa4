using System.CommandLine;
using System.CommandLine.Help;
using Granary.Commands.Import;
using Spectre.Console;

namespace Granary.Commands.Grammar;

/// <summary>A command with examples for its help.</summary>
internal sealed class GranaryCommand : Command
{
    /// <summary>What the program is called in help and examples.</summary>
    public const string ProgramName = "granary";

    private GranaryCommand(string name, string description, IReadOnlyList<string> examples)
        : base(name, description)
    {
        Examples = examples;

        // Settings of the product have open sections such as Serilog; Misuse tells them from words that mean nothing.
        TreatUnmatchedTokensAsErrors = false;
    }

    /// <summary>What follows the program's name.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>A command below the program's.</summary>
    public static GranaryCommand Of(string name, string description, params string[] examples) => new(name, description, examples);

    /// <summary>The whole grammar. Without a command the product runs.</summary>
    public static GranaryCommand Create(Func<string[], Task> product, IAnsiConsole console)
    {
        var root = new GranaryCommand(
            ProgramName,
            "Runs Granary, the order platform. With a command: looks at its stores, copies them, mends what is derived from them.",
            ["", "--urls http://localhost:8080 --Granary:DataDirectory /var/lib/granary", "verify", "import northwind --help"])
        {
            VerifyCommand.Create(console),
            ReconcileCommand.Create(console),
            BackupCommand.Create(console),
            OrderIndexCommands.Rebuild(console),
            OrderIndexCommands.Check(console),
            DeadLetterCommand.Create(console),
            RewindCommand.Create(console),
            RotateSigningKeyCommand.Create(console),
            RecoverAdminCommand.Create(console),
            FailoverCommand.Create(console),
            PartitionsCommand.Create(console),
            ImportCommand.Create(console),
            SettingsCommand.Create(console),
        };
        root.Add(CompletionCommand.Create(root, console));
        var help = new HelpOption { Recursive = true, Description = "Shows what a command does, its options and examples" };
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        root.Add(help);
        root.Add(new VersionOption { Description = "Shows the version" });
        CommandSettings.AddTo(root);
        root.SetAction(async parsed =>
        {
            await product(CommandSettings.ArgumentsOf(parsed));
            return 0;
        });
        return root;
    }
}

/// <summary>Names commands.</summary>
internal static class CommandPaths
{
    /// <summary>The command as it is typed, from the program's name on.</summary>
    public static string Path(this Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{parent.Path()} {command.Name}" : command.Name;
}
