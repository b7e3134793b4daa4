using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Grains.Payments;

/// <content>A payment that was found at the provider, and that no order is for.</content>
public sealed partial class PaymentGrain
{
    /// <inheritdoc/>
    public async Task TakeIn(FoundPayment found)
    {
        ArgumentNullException.ThrowIfNull(found);
        await LoadAsync();

        // A stale activation must not take in what is in the journal.
        await RefreshAsync();
        Take(PaymentDecisions.TakeIn(Decided, found, keeping.Terms.Currency, keeping.Gateway.Name, keeping.Times, Now));
        await CommitAsync();
        Continue();
    }

    /// <summary>What a payment that is for no order lives by: it has nothing to keep.</summary>
    private static OrderStanding NoOrder { get; } = new()
    {
        OrderId = PaymentState.NoOrder,
        Version = 0,
        Phase = ClaimPhase.None,
        Lines = [],
        Total = 0,
        Accepted = [],
        Method = PaymentMethod.External,
    };
}
