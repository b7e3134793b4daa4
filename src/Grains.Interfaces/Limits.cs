namespace Granary.Grains.Interfaces;

/// <summary>Bounds of the domain. They keep every sum below <see cref="long.MaxValue"/> and every message small.</summary>
public static class Limits
{
    /// <summary>Lines of one order.</summary>
    public const int OrderLines = 100;

    /// <summary>Units of one line.</summary>
    public const long LineQuantity = 10_000;

    /// <summary>Highest price of one unit, in minor units.</summary>
    public const long Price = 1_000_000_000_000;

    /// <summary>Highest total of an order and highest single deposit, in minor units.</summary>
    public const long Amount = 1_000_000_000_000_000;

    /// <summary>Maximum number of units that one adjustment moves, and that a product receives over its life.</summary>
    public const long StockUnits = 1_000_000_000_000;

    /// <summary>Characters of a SKU.</summary>
    public const int SkuLength = 64;

    /// <summary>Characters of free text such as a note or a reason.</summary>
    public const int TextLength = 1_000;

    /// <summary>Characters of a URL.</summary>
    public const int UrlLength = 2_048;

    /// <summary>Fewest characters of a new user's password (NIST SP 800-63B, section 3.1.1).</summary>
    public const int ShortestPassword = 8;

    /// <summary>Most characters of a password: hashing must not become a way to make the server read megabytes.</summary>
    public const int LongestPassword = 256;

    /// <summary>Characters of a caller's own reference of an order.</summary>
    public const int ReferenceLength = 255;

    /// <summary>Pairs of an order's metadata.</summary>
    public const int MetadataPairs = 20;

    /// <summary>Characters of a key of an order's metadata.</summary>
    public const int MetadataKeyLength = 40;

    /// <summary>Characters of a value of an order's metadata.</summary>
    public const int MetadataValueLength = 500;

    /// <summary>Characters of a short name.</summary>
    public const int NameLength = 200;
}
