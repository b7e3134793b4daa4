using Granary.Grains.BackOffice;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Payments.Index;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Payments.Reconciling;
using Orleans.Concurrency;

namespace Granary.Grains.Payments;

/// <summary>
/// Reads events of the provider on the silo that receives the call, and hands them to their payments, which record each once by its id. Answers
/// lists of payments.
/// </summary>
[StatelessWorker]
public sealed class PaymentDesk(ProviderGateway gateway, PaymentIndex index, ReconciliationStore reconciliations, ILogger<PaymentDesk> logger)
    : Grain, IPaymentDesk
{
    /// <inheritdoc/>
    public async Task<EventReceipt> Receive(string provider, IReadOnlyDictionary<string, string> headers, byte[] body)
    {
        if (!gateway.IsConfigured || gateway.Name != provider)
        {
            return EventReceipt.UnknownProvider;
        }

        switch (gateway.Read(headers, body))
        {
            case EventReading.BadSignature:
                return EventReceipt.BadSignature;
            case EventReading.Unreadable unreadable:
                logger.LogWarning("An event of {Provider} cannot be read: {Problem}", provider, unreadable.Problem);
                return EventReceipt.Unreadable;
            case EventReading.Said said when OrderId.IsValid(said.Payment):
                await GrainFactory.GetGrain<IPaymentUpkeep>(said.Payment)
                    .Receive(new ProviderNews(said.Event.Id, said.Event.Type, said.Event.Amount));
                return EventReceipt.Taken;
            default:
                // About nothing that this shop can have a payment for.
                return EventReceipt.Taken;
        }
    }

    /// <inheritdoc/>
    public async Task<PaymentPage> List(PaymentQuery query)
    {
        // One row more than the page shows whether another page follows.
        var found = await ViewReading.Of(() => index.ListAsync(query, query.Limit + 1, CancellationToken.None));
        var page = found.Take(query.Limit).ToList();
        var known = await Task.WhenAll(page.Select(place => PaymentOf(place.Payment)));
        return new PaymentPage(
            [
                .. known.OfType<Payment>().Where(payment =>
                    (query.Status is null || payment.Status == query.Status)
                    && (query.NeedsAttention is null || payment.NeedsAttention is not null == query.NeedsAttention)),
            ],
            found.Count > query.Limit ? page[^1] : null);
    }

    /// <inheritdoc/>
    public Task<PaymentReconciliation?> Reconciliation() => ViewReading.Of(() => reconciliations.LastAsync(CancellationToken.None));

    /// <summary>A payment as the grain knows it; null where the journal has none, or a damaged one: the other payments are listed.</summary>
    private async Task<Payment?> PaymentOf(string id)
    {
        try
        {
            return (await GrainFactory.Payment(id).Get(owner: null)).Payment;
        }
        catch (DamagedDataException)
        {
            return null;
        }
    }
}
