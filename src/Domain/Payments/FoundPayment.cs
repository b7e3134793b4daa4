namespace Granary.Domain.Payments;

/// <summary>A payment that the provider has and the journal does not.</summary>
/// <param name="Reference">The provider's id of it.</param>
/// <param name="Amount">What is captured or set aside, in minor units.</param>
/// <param name="Ordinal">The ordinal in the key of its capture, or of its authorization where it was not captured.</param>
[GenerateSerializer, Immutable, Alias("granary.found-payment")]
public sealed record FoundPayment(
    [property: Id(0)] string Reference, [property: Id(1)] long Amount, [property: Id(2)] int Ordinal, [property: Id(3)] bool IsCaptured);
