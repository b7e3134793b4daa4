using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;

namespace Granary.Silo.Tests.Saga;

/// <summary>
/// A stock item asks orders about its claims. The order that it asks may itself be waiting for the stock item, so an activation
/// that ends must not wait for an answer: nothing but the answer would end the ring.
/// </summary>
public sealed class CheckBackTests(CheckBackTests.SilentOrders silo) : IClassFixture<CheckBackTests.SilentOrders>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_activation_that_ends_waits_for_no_order()
    {
        var sku = await silo.NewProductAsync("Tea", 100, 10);
        var orderId = silo.NewOrderId();
        await silo.Stock(sku).Reserve(new ReserveStock(orderId, 7, 2, 100));
        await silo.Asked.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        await silo.Stock(sku).AsReference<IGrainManagementExtension>().DeactivateOnIdle(Cancellation);

        // Answered by the next activation, while the order still does not answer the last one.
        var level = (await silo.Stock(sku).GetLevel().WaitAsync(TimeSpan.FromSeconds(60), Cancellation)).Level!;
        Assert.Equal(2, level.Reserved);
        silo.Speak();
        await Eventually.HoldsAsync(async () => (await silo.Stock(sku).GetLevel()).Level!.Reserved == 0, "the next activation asks", cancellation: Cancellation);
    }

    /// <summary>A silo whose orders answer no question of a stock item until they may, and in which no such question times out.</summary>
    public sealed class SilentOrders : SagaSilo
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _speaking = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Ends when an order is asked.</summary>
        public Task Asked => _asked.Task;

        /// <summary>Lets orders answer.</summary>
        public void Speak() => _speaking.TrySetResult();

        /// <inheritdoc/>
        protected override TimeSpan ResponseTimeout => TimeSpan.FromMinutes(30);

        /// <inheritdoc/>
        protected override MovableClock NewClock() => new WithoutShortTimeouts();

        /// <inheritdoc/>
        protected override void Compose(IServiceCollection services) =>
            services.AddSingleton<IOutgoingGrainCallFilter>(new Silence(this));

        private sealed class Silence(SilentOrders silo) : IOutgoingGrainCallFilter
        {
            public async Task Invoke(IOutgoingGrainCallContext context)
            {
                if (context.InterfaceMethod.Name == nameof(IOrderGrain.CheckBack))
                {
                    silo._asked.TrySetResult();
                    await silo._speaking.Task;
                }

                await context.Invoke();
            }
        }

        private sealed class WithoutShortTimeouts : MovableClock
        {
            /// <inheritdoc/>
            public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
                base.CreateTimer(callback, state, dueTime == TimeSpan.FromSeconds(2) ? Timeout.InfiniteTimeSpan : dueTime, period);
        }
    }
}
