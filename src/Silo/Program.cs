using Granary.Hosting;
using Granary.Hosting.Settings;
using Granary.Silo;

try
{
    await SiloProgram.RunAsync(args);
    return 0;
}
catch (InvalidConfigurationException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return ExitCodes.Configuration;
}
catch (CannotStartException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return problem.ExitCode;
}
