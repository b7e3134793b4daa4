namespace Granary.Grains.Settings;

/// <summary>When a variant is turned off.</summary>
/// <param name="MaxErrorRate">The share of failed requests of a minute, 0 to 1, beyond which it is.</param>
public sealed record VariantOptions(double MaxErrorRate);
