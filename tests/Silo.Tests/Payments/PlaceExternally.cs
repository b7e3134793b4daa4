using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Silo.Tests.Saga;

namespace Granary.Silo.Tests.Payments;

/// <summary>Orders that an external provider pays, in a shop that has none.</summary>
public sealed class PlaceExternally(SagaSilo silo) : IClassFixture<SagaSilo>
{
    [Fact]
    public async Task Without_a_provider_such_an_order_is_refused_and_takes_nothing()
    {
        var (user, sku) = (await silo.NewUserAsync(1_000), await silo.NewProductAsync("lamp", 50, 2));
        var command = new PlaceOrder { UserId = user, By = user, Lines = [new RequestedLine(sku, 2)], PaymentMethod = PaymentMethod.External };

        Assert.IsType<PaymentsNotConfigured>((await silo.Order(silo.NewOrderId()).Place(command)).Refusal);

        Assert.Equal(2, (await silo.Stock(sku).GetLevel()).Level!.Available);
    }
}
