using Granary;
using Granary.Auth;
using Granary.Hosting;
using Granary.Import;
using Granary.Orders;
using Spectre.Console;

if (args is ["import", .. var rest])
{
    return await ImportCommand.RunAsync(rest, AnsiConsole.Console);
}

try
{
    if (args is [RotateSigningKeyCommand.Name, .. var arguments])
    {
        await using var idle = FrontEnd.Build([]);
        return await RotateSigningKeyCommand.RunAsync(idle.Services, arguments, Console.Out);
    }

    if (args is [OrderIndexCommands.Rebuild or OrderIndexCommands.Check, .. var settings])
    {
        await using var idle = FrontEnd.Build(settings);
        return await OrderIndexCommands.RunAsync(args[0], idle.Services, AnsiConsole.Console);
    }

    await using var app = FrontEnd.Build(args);
    await app.RunAsync();
    return 0;
}
catch (InvalidConfigurationException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 78; // EX_CONFIG of sysexits.h
}
