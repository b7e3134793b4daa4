using Granary.Hosting;
using Serilog;

try
{
    var builder = WebApplication.CreateBuilder(args);
    builder.Services.AddSerilog((_, log) => log.ReadFrom.Configuration(builder.Configuration).Enrich.FromLogContext().WriteTo.Console(
        formatProvider: System.Globalization.CultureInfo.InvariantCulture));
    builder.AddGranarySilo();
    await using var app = builder.Build();
    await app.RunAsync();
    return 0;
}
catch (InvalidConfigurationException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 78; // EX_CONFIG of sysexits.h
}
