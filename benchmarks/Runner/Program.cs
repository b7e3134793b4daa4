using Granary.Load;
using Granary.Load.Account;
using Granary.Load.Comparison;
using Spectre.Console;

const int RedirectedWidth = 150;
const string Usage =
    """
    usage: Granary.Runner run --scenario NAME [options]     one scenario under load; reports as JSON and HTML
           Granary.Runner list                              the scenarios
           Granary.Runner seed --out FILE [options]         only users, products and stock; writes user_id<TAB>token lines
           Granary.Runner compare --results FILE            the figures of compare.sh with ratios
           Granary.Runner account [--units N] [options]     orders through outages, then compares the shop with the answers;
                                                            --settling SECONDS is how long the shop may take to agree

    server:   --target http://localhost:5080  --auth bearer|none  --setup api|assume
              --admin-user admin  --admin-password … (or GRANARY_ADMIN_PASSWORD)  --users N  --products N
    load:     --clients N | --rate PER_SECOND [--ramp-to PER_SECOND]  --connections N (open load, default 512)
              --warm-up SECONDS  --duration SECONDS  --plan FILE (profile and thresholds as JSON)
    reports:  --out DIRECTORY (default artifacts/load)

    exit code: 0 passed, 1 a threshold or the check failed, 2 usage, 3 the shop could not be set up
    """;

// Responses are handled on the thread that polls the sockets, without a switch to the thread pool, which saves a fifth of the
// generator's cost per call. The work of the flows between calls is short enough for that. The runtime reads the variable when it
// opens its first socket.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = RedirectedWidth;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};

try
{
    var line = new CommandLine(args);
    switch (line.Verb)
    {
        case "run":
            return await RunCommand.RunAsync(line, AnsiConsole.Console, stop.Token);
        case "seed":
            return await RunCommand.SeedAsync(line, stop.Token);
        case "account":
            return await AccountCommand.RunAsync(line, AnsiConsole.Console, stop.Token);
        case "compare":
            return await CompareCommand.RunAsync(line, AnsiConsole.Console, stop.Token);
        case "list":
            foreach (var scenario in ScenarioCatalogue.All)
            {
                Console.WriteLine($"{scenario.Name,-14} {scenario.Summary}");
            }

            return ExitCode.Passed;
        case "help":
            Console.WriteLine(Usage);
            return ExitCode.Passed;
        default:
            throw new UsageException($"there is no command '{line.Verb}'");
    }
}
catch (UsageException problem)
{
    await Console.Error.WriteLineAsync($"{problem.Message}\n\n{Usage}");
    return ExitCode.Usage;
}
catch (ShopSetupException problem)
{
    await Console.Error.WriteLineAsync($"the shop could not be set up: {problem.Message}");
    return ExitCode.SetupFailed;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("stopped");
    return ExitCode.Usage;
}
