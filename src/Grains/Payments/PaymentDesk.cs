using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Payments.Providers;
using Orleans.Concurrency;

namespace Granary.Grains.Payments;

/// <summary>
/// Reads events of the provider on the silo that receives the call, and hands them to their payments, which record each once by its id.
/// </summary>
[StatelessWorker]
public sealed class PaymentDesk(ProviderGateway gateway, ILogger<PaymentDesk> logger) : Grain, IPaymentDesk
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
}
