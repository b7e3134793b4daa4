using Granary.Api;
using Granary.Commands;
using Granary.Commands.Import;
using Granary.Hosting;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Connections;
using Spectre.Console;

if (args is ["import", .. var rest])
{
    return await ImportCommand.RunAsync(rest, AnsiConsole.Console);
}

try
{
    if (args is [RotateSigningKeyCommand.Name, .. var arguments])
    {
        return await RotateSigningKeyCommand.RunAsync(CommandLine.WithoutSettings(arguments), CommandLine.Settings(arguments), Console.Out);
    }

    if (args is [OrderIndexCommands.Rebuild or OrderIndexCommands.Check, .. var settings])
    {
        return await OrderIndexCommands.RunAsync(args[0], settings, AnsiConsole.Console);
    }

    if (args is [var command, ..] && StreamCommands.IsOne(command))
    {
        return await StreamCommands.RunAsync(args, Console.Out);
    }

    if (args is [VerifyCommand.Name, .. var reading])
    {
        return await VerifyCommand.RunAsync(CommandLine.WithoutSettings(reading), CommandLine.Settings(reading), AnsiConsole.Console);
    }

    if (args is [BackupCommand.Name, .. var target])
    {
        return await BackupCommand.RunAsync(CommandLine.WithoutSettings(target), CommandLine.Settings(target), AnsiConsole.Console);
    }

    if (args is [{ Length: > 0 } unknown, ..] && unknown[0] is not ('-' or '/') && !unknown.Contains('=', StringComparison.Ordinal))
    {
        await Console.Error.WriteLineAsync($"There is no command '{unknown}'. Settings begin with --; the README names the commands.");
        return ExitCodes.Usage;
    }

    await using var app = FrontEnd.Build(args);
    await app.RunUntilStoppedAsync();
    return 0;
}
catch (InvalidConfigurationException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return ExitCodes.Configuration;
}
catch (IOException problem) when (problem.InnerException is AddressInUseException)
{
    await Console.Error.WriteLineAsync($"{problem.Message} Choose another address with --urls.");
    return ExitCodes.Configuration;
}
