using Granary.Grains.Interfaces.Payments;

namespace Granary.Silo.Tests.Payments;

/// <summary>A payment whose creation is not durable before the patience of its caller ends.</summary>
public sealed class PayWhileTheJournalStands(PayWhileTheJournalStands.ImpatientShop silo) : IClassFixture<PayWhileTheJournalStands.ImpatientShop>
{
    [Fact]
    public async Task Nothing_is_said_of_it_and_the_same_key_finds_it()
    {
        var order = await silo.PlaceAsync();
        var stuck = new TaskCompletionSource();
        silo.Store.Interrupt(_ => stuck.Task);

        await Assert.ThrowsAsync<TimeoutException>(() => silo.PayAsync(order));
        stuck.SetResult();

        var again = await silo.PayAsync(order);
        Assert.Equal((PaymentStatus.Captured, order.Id), (again.Payment!.Status, again.Payment.OrderId));
    }

    public sealed class ImpatientShop : PaymentSilo
    {
        /// <inheritdoc/>
        protected override TimeSpan ResponseTimeout => TimeSpan.FromSeconds(6);
    }
}
