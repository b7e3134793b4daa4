using Granary.Domain.Audit;
using Granary.Domain.Events;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Payments.Providers;
using Granary.Silo.Tests.Saga;
using Granary.Silo.Tests.Streams;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Granary.Silo.Tests.Payments;

/// <summary>A silo whose provider is a ledger in the process, and that asks it a hundred times as early as the product does.</summary>
public class PaymentSilo : SagaSilo
{
    /// <summary>The provider. It outlives a restart of the silo.</summary>
    public LedgerProvider Provider { get; } = new();

    /// <summary>The payments that an operator has to look at.</summary>
    public List<string> Disputed { get; } = [];

    /// <summary>A payment of this silo.</summary>
    public IPaymentGrain Payment(string id) => Services.GetRequiredService<IGrainFactory>().GetGrain<IPaymentGrain>(id);

    /// <summary>What takes in the provider's events.</summary>
    public IPaymentDesk Desk => Services.GetRequiredService<IGrainFactory>().GetGrain<IPaymentDesk>(0);

    /// <summary>A service of the silo.</summary>
    public T Service<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>An order of 100 that an external provider pays.</summary>
    public async Task<Order> PlaceAsync(PaymentMethod method = PaymentMethod.External, long deposit = 0)
    {
        var user = await NewUserAsync(deposit);
        var sku = await NewProductAsync("lamp", 50, 2);
        var reply = await Order(NewOrderId()).Place(new PlaceOrder
        {
            UserId = user, By = user, Lines = [new RequestedLine(sku, 2)], PaymentMethod = method,
        });
        Assert.Null(reply.Refusal);
        return reply.Order!;
    }

    /// <summary>Pays an order under a key.</summary>
    public Task<PaymentReply> PayAsync(
        Order order, string token = "tok_ok", CaptureMode capture = CaptureMode.Automatic, string key = "key") =>
        Payment(PaymentId.From(order.Id, key)).Pay(new PayExternally(order.Id, order.UserId, token, capture, order.UserId));

    /// <summary>The events of a payment.</summary>
    public async Task<List<string>> EventsOfAsync(string payment) =>
        [.. (await Journal.ReadStreamAsync(JournalStream.OfPayment(payment), 0)).Select(record => record.Type)];

    /// <summary>Waits until the journal is sound and nothing in it lags.</summary>
    public Task IsSoundAsync(CancellationToken cancellationToken) => Eventually.SucceedsAsync(
        async () =>
        {
            var audit = new JournalAudit();
            foreach (var record in await Journal.ReadAllAsync(0, 100_000, cancellationToken))
            {
                audit.Add(record);
            }

            var report = audit.Judge();
            Assert.Empty(report.Violations);
            Assert.DoesNotContain(report.Lagging, line => !Disputed.Any(payment => line.Contains(payment, StringComparison.Ordinal)));
            return true;
        },
        fault => fault is Xunit.Sdk.XunitException);

    /// <summary>Faults of a test are many; none of them opens a breaker.</summary>
    protected virtual BreakerOptions Breaker { get; } = new() { LeastCalls = int.MaxValue };

    /// <inheritdoc/>
    protected override void Compose(IServiceCollection services)
    {
        // The recording consumers of this assembly are activated in every silo.
        services.AddSingleton<Recorder>();
        services.AddPaymentProvider(new PaymentOptions { Breaker = Breaker });
        services.AddSingleton<IPaymentProvider>(Provider);
        services.Replace(ServiceDescriptor.Singleton(PaymentTimes.ScaledBy(0.01)));
    }
}
