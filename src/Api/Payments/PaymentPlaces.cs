using Granary.Api.Traffic;

namespace Granary.Api.Payments;

/// <summary>
/// Bounds the requests of this process that wait for the payment provider. They hold no turn meanwhile: a provider that takes eight
/// seconds would otherwise take the turns of all other requests.
/// </summary>
public sealed class PaymentPlaces() : SharedPlaces(mostForKey: Most, most: Most)
{
    private const int Most = 1_000;
}
