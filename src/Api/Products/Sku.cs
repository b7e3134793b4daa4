using System.Buffers;
using Granary.Api.Http;
using Granary.Grains.Interfaces;

namespace Granary.Api.Products;

/// <summary>The form of a SKU: letters, digits, dot, underscore and hyphen, so that it fits a URL, a label and a file name.</summary>
public static class Sku
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Whether the text could be a SKU.</summary>
    public static bool IsValid(string? text) =>
        text is { Length: > 0 and <= Limits.SkuLength } && !text.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>Reports an invalid SKU.</summary>
    public static void Check(string field, string? text, Validation validation) => validation.Require(
        IsValid(text), field, $"must be 1 to {Limits.SkuLength} letters, digits, dots, underscores or hyphens");
}
