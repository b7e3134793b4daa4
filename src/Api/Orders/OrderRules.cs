using Granary.Api.Http;
using Granary.Api.Products;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Api.Orders;

/// <summary>
/// The checks of an order in the front end, before it calls a grain: shape and bounds, nothing that needs state.
/// </summary>
public static class OrderRules
{
    /// <summary>Checks the lines and merges lines of the same SKU, in the order of their first occurrence.</summary>
    public static IReadOnlyList<RequestedLine> Lines(IReadOnlyList<ItemRequest?>? items, Validation validation)
    {
        if (items is not { Count: > 0 and <= Limits.OrderLines })
        {
            validation.Add("items", $"must have 1 to {Limits.OrderLines} lines");
            return [];
        }

        var lines = new List<RequestedLine>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (LineOf(items[i], i, validation) is { } line)
            {
                Merge(lines, line);
            }
        }

        foreach (var line in lines)
        {
            validation.Require(line.Quantity <= Limits.LineQuantity, "items",
                $"order more than {Limits.LineQuantity} units of {line.Sku} together");
        }

        return lines;
    }

    /// <summary>Checks an address.</summary>
    public static Address? AddressOf(AddressRequest? address, Validation validation)
    {
        if (address is null)
        {
            return null;
        }

        string? Part(string name, string? text) =>
            validation.OptionalText("shipping_address." + name, text, Limits.NameLength);

        return new Address
        {
            Name = Part("name", address.Name),
            Line1 = Part("line1", address.Line1),
            Line2 = Part("line2", address.Line2),
            City = Part("city", address.City),
            Region = Part("region", address.Region),
            PostalCode = Part("postal_code", address.PostalCode),
            Country = Part("country", address.Country),
        };
    }

    /// <summary>Checks a note.</summary>
    public static string? NoteOf(string? note, Validation validation) =>
        validation.OptionalText("note", note, Limits.TextLength, multiline: true);

    /// <summary>Checks who pays: the wallet unless the request names another.</summary>
    public static PaymentMethod PaymentMethodOf(string? word, Validation validation)
    {
        var method = word is null ? PaymentMethod.Wallet : Words.Find<PaymentMethod>(word);
        validation.Require(method is not null, "payment_method", "must be wallet or external");
        return method ?? PaymentMethod.Wallet;
    }

    /// <summary>Checks a caller's own reference.</summary>
    public static string? ReferenceOf(string? reference, Validation validation) =>
        reference is null ? null : validation.Text("external_reference", reference, Limits.ReferenceLength);

    /// <summary>Checks the metadata; the pairs are sorted by key, so that their order in the body makes no difference.</summary>
    /// <returns>Null where there are none.</returns>
    public static IReadOnlyDictionary<string, string>? MetadataOf(IReadOnlyDictionary<string, string?>? metadata, Validation validation)
    {
        if (metadata is not { Count: > 0 })
        {
            return null;
        }

        if (metadata.Count > Limits.MetadataPairs)
        {
            validation.Add("metadata", $"must have at most {Limits.MetadataPairs} pairs");
            return null;
        }

        var pairs = new Dictionary<string, string>(metadata.Count, StringComparer.Ordinal);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            validation.Text("metadata", key, Limits.MetadataKeyLength);
            if (value is null)
            {
                validation.Add("metadata." + key, "must be a text");
                continue;
            }

            pairs[key] = validation.OptionalText("metadata." + key, value, Limits.MetadataValueLength, multiline: true)!;
        }

        return pairs;
    }

    private static RequestedLine? LineOf(ItemRequest? item, int index, Validation validation)
    {
        // Field names are built only for an error: this runs for every line of every order.
        if (item is { Sku: { } sku, Quantity: >= 1 and <= Limits.LineQuantity and var quantity } && Sku.IsValid(sku))
        {
            return new RequestedLine(sku, quantity);
        }

        var field = $"items[{index}]";
        if (item is null)
        {
            validation.Add(field, "must be an object");
            return null;
        }

        Sku.Check(field + ".sku", item.Sku, validation);
        validation.Number(field + ".quantity", item.Quantity, 1, Limits.LineQuantity);
        return null;
    }

    private static void Merge(List<RequestedLine> lines, RequestedLine line)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Sku == line.Sku)
            {
                lines[i] = line with { Quantity = lines[i].Quantity + line.Quantity };
                return;
            }
        }

        lines.Add(line);
    }
}
