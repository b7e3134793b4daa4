using Granary.Api;
using Granary.Grains.Interfaces.Orders;
using Granary.Silo;

// A silo, or a front end that offers the features of the next version.
if (args is ["silo"])
{
    await using var silo = SiloProgram.Build([]);
    await silo.RunAsync();
}
else
{
    await using var frontEnd = FrontEnd.Build([]);
    frontEnd.MapGet("/orders/{id}/units", async (string id, IGrainFactory grains) =>
    {
        var count = await grains.GetGrain<IOrderGrain>(id).CountUnits();
        return $"{count.Units} units counted by {count.Silo}";
    }).AllowAnonymous();
    await frontEnd.RunAsync();
}
