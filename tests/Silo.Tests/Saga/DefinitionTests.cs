using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;

namespace Granary.Silo.Tests.Saga;

/// <summary>A new product and the catalogue, from which front ends learn all SKUs.</summary>
public sealed class DefinitionTests(SagaSilo silo) : IClassFixture<SagaSilo>, IDisposable
{
    public void Dispose() => silo.Faults.Clear();

    [Fact]
    public async Task A_product_is_in_the_catalogue_before_it_is_durable_so_that_no_crash_hides_one()
    {
        var sku = $"CRASH-{Guid.NewGuid():N}";
        var enteredFirst = false;
        silo.Faults.Set(_ =>
        {
            enteredFirst |= silo.Catalogue.Has(sku);
            return Fault.Before;
        });

        await Assert.ThrowsAnyAsync<Exception>(() => silo.Stock(sku).Define(new DefineProduct("Cup", null, 100, null, UserId.System)));

        Assert.True(enteredFirst);
    }
}
