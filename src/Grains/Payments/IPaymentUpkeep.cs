using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Payments;
using Orleans.CodeGeneration;

namespace Granary.Grains.Payments;

/// <summary>What silos tell a payment beside <see cref="IPaymentGrain"/>; the same grain.</summary>
[Alias("granary.payment-upkeep"), Version(1)]
public interface IPaymentUpkeep : IGrainWithStringKey
{
    /// <summary>Takes in an event of the provider, whose signature was checked. Returns once it is durable.</summary>
    [Alias("receive"), Idempotent]
    Task Receive(ProviderNews news);

    /// <summary>
    /// Tells the order where the payment's money is, unless it was told, and aligns the payment with the standing that the order has
    /// after it. It heals what a crash between the two has left.
    /// </summary>
    [Alias("follow"), Idempotent]
    Task Follow();

    /// <summary>
    /// Takes in a payment that the provider has and the journal does not, and gives it back. One that the journal has is left as it is. Returns
    /// once it is durable.
    /// </summary>
    [Alias("take-in"), Idempotent]
    Task TakeIn(FoundPayment found);
}

/// <summary>A <see cref="ProviderEvent"/> on its way to its payment.</summary>
/// <param name="Id">The provider's id of the event.</param>
/// <param name="Type">What it says.</param>
/// <param name="Amount">Minor units; null where the event has none.</param>
/// <param name="Differs">The provider's list says so of an operation that the payment has concluded otherwise or never requested.</param>
[GenerateSerializer, Immutable, Alias("granary.provider-news")]
public sealed record ProviderNews(
    [property: Id(0)] string Id, [property: Id(1)] ProviderEventType Type, [property: Id(2)] long? Amount, [property: Id(3)] bool Differs = false);
