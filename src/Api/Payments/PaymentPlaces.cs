using Granary.Api.Traffic;

namespace Granary.Api.Payments;

/// <summary>
/// Bounds the requests of this process that wait for the payment provider. They hold no turn meanwhile: a provider that takes eight
/// seconds would otherwise take the turns of all other requests. One caller, such as a shop's storefront, may have half of them: as many
/// as it may send in that time by default.
/// </summary>
public sealed class PaymentPlaces() : SharedPlaces(mostForKey: 500, most: 1_000);
