using Granary;
using Granary.Hosting;

// A silo, or a front end of release 0.1.0.
if (args is ["silo"])
{
    await using var silo = SiloProgram.Build([]);
    await silo.RunAsync();
}
else
{
    await using var frontEnd = FrontEnd.Build([]);
    await frontEnd.RunAsync();
}
