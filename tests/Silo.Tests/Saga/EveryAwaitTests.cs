using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;

namespace Granary.Silo.Tests.Saga;

/// <summary>
/// The life of one order with exactly one failure, at every step in turn: every call between grains and every commit fails once
/// before and once after it was carried out. The client retries, as a client with an idempotency key does, and the result must be
/// correct.
/// </summary>
public sealed class EveryAwaitTests(SagaSilo silo) : IClassFixture<SagaSilo>
{
    [Theory]
    [InlineData(Fault.Before)]
    [InlineData(Fault.After)]
    public async Task An_order_life_with_one_failure_at_any_step_ends_like_one_without(Fault fault)
    {
        var at = 0;
        do
        {
            silo.Faults.Clear();
            var account = await BalancedAccount.OpenAsync(silo);
            var failing = at;
            silo.Faults.Set(step => step == failing ? fault : Fault.None);
            var order = await LiveAsync(account);
            Assert.Equal(OrderStatus.Shipped, order.Status);
            Assert.Equal(700, order.Total);
            await account.BalancesAsync();
        }
        while (silo.Faults.Steps > at++);

        // Place: three lines and a hold; amend: one line and a hold; pay and ship: four each; and their commits.
        Assert.True(at > 15, $"Only {at} steps were seen.");
    }

    [Theory]
    [InlineData(Fault.Before)]
    [InlineData(Fault.After)]
    public async Task A_cancelled_order_life_with_one_failure_at_any_step_releases_everything(Fault fault)
    {
        var at = 0;
        do
        {
            silo.Faults.Clear();
            var account = await BalancedAccount.OpenAsync(silo);
            var failing = at;
            silo.Faults.Set(step => step == failing ? fault : Fault.None);
            var id = silo.NewOrderId();
            await UntilAnsweredAsync(account, id, order => order.Place(Placement(account)));
            await UntilAnsweredAsync(account, id, order => order.Pay(new OrderCommand(UserId.System)));
            var reply = await UntilAnsweredAsync(account, id, order => order.Cancel(new OrderCommand(UserId.System), null));
            Assert.Equal(OrderStatus.Cancelled, reply.Order!.Status);
            await account.BalancesAsync();
        }
        while (silo.Faults.Steps > at++);
        Assert.True(at > 10, $"Only {at} steps were seen.");
    }

    private async Task<Order> LiveAsync(BalancedAccount account)
    {
        var id = silo.NewOrderId();
        var command = new OrderCommand(UserId.System);
        await UntilAnsweredAsync(account, id, order => order.Place(Placement(account)));
        var more = new OrderAmendment([new(account.Skus[0], 2), new(account.Skus[1], 1), new(account.Skus[2], 1)], null, null);
        await UntilAnsweredAsync(account, id, order => order.Amend(command, more));
        await UntilAnsweredAsync(account, id, order => order.Pay(command));
        await UntilAnsweredAsync(account, id, order => order.Pack(command));
        return (await UntilAnsweredAsync(account, id, order => order.Ship(command, new Tracking("carrier", "1")))).Order!;
    }

    private static PlaceOrder Placement(BalancedAccount account) => new()
    {
        UserId = account.Users[0],
        By = account.Users[0],
        Lines = [new(account.Skus[0], 1), new(account.Skus[1], 1), new(account.Skus[2], 1)],
        Fingerprint = "same",
    };

    private async Task<OrderReply> UntilAnsweredAsync(BalancedAccount account, string id, Func<IOrderGrain, Task<OrderReply>> ask)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                var reply = await ask(silo.Order(id));
                Assert.Null(reply.Refusal);
                account.Told(id, reply);
                return reply;
            }
            catch (Exception fault) when (tries < 5 && fault is JournalException or TimeoutException)
            {
                account.Told(id, null);
            }
        }
    }
}
