using Granary.Hosting;
using Granary.Hosting.Settings;
using Granary.Silo;

try
{
    await using var app = SiloProgram.Build(args);
    await app.RunUntilStoppedAsync();
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
