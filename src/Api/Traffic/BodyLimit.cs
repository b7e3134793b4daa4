namespace Granary.Api.Traffic;

/// <summary>The largest body that an endpoint takes.</summary>
/// <param name="Bytes">In bytes.</param>
public sealed record BodyLimit(int Bytes)
{
    /// <summary>
    /// Of most endpoints: a product with the longest name and description, all of it escaped, has half of it.
    /// </summary>
    public static readonly BodyLimit Default = new(16 * 1024);

    /// <summary>Of an order: a hundred lines, an address and a note, all of it escaped.</summary>
    public static readonly BodyLimit Order = new(64 * 1024);

    /// <summary>The largest of any endpoint.</summary>
    public static readonly BodyLimit Largest = Order;
}
