using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Api.Http;
using Granary.Grains.Interfaces.BackOffice;

namespace Granary.Api.BackOffice;

/// <summary>An entry of the audit.</summary>
/// <param name="By">The id of the user or key that did it, or <c>system</c>.</param>
/// <param name="Subject">What was changed, such as <c>product/CUP</c>.</param>
/// <param name="Type">Such as <c>product.changed</c>.</param>
/// <param name="Version">The version of the subject with the change.</param>
/// <param name="From">The values before, of those that changed.</param>
/// <param name="To">The values after, and what was said with the change.</param>
public sealed record AuditEntryBody(
    DateTime At, string By, string Subject, string Type, long Version, JsonElement? From = null, JsonElement? To = null)
{
    /// <summary>Converts an entry to its body.</summary>
    public static AuditEntryBody Of(AuditLine line, Currency currency) => new(
        line.At.UtcDateTime, line.By, line.Subject, line.Type, line.Version, Values(line.From, currency), Values(line.To, currency));

    /// <summary>The values with the currency of the deployment, which the audit does not repeat with every amount.</summary>
    private static JsonElement? Values(string? json, Currency currency)
    {
        if (json is null)
        {
            return null;
        }

        var values = (JsonObject)JsonNode.Parse(json)!;
        foreach (var (_, value) in values)
        {
            if (value is JsonObject { Count: 1 } money && money.ContainsKey("amount"))
            {
                money["currency"] = currency.Code;
            }
        }

        using var document = JsonDocument.Parse(values.ToJsonString());
        return document.RootElement.Clone();
    }
}

/// <summary>A page of the audit.</summary>
/// <param name="Data">Newest first.</param>
/// <param name="NextCursor">The cursor of the next page; absent on the last page.</param>
public sealed record AuditListBody(IReadOnlyList<AuditEntryBody> Data, string? NextCursor = null);

/// <summary>Stock that was moved by hand.</summary>
/// <param name="By">The id of the user or key that did it, or <c>system</c>.</param>
/// <param name="Quantity">Units that were added; negative where they were taken out.</param>
public sealed record StockAdjustmentBody(DateTime At, string By, long Quantity, string? Reason = null)
{
    /// <summary>Converts an entry of the audit to its body.</summary>
    public static StockAdjustmentBody Of(AuditLine line)
    {
        var values = JsonNode.Parse(line.To!)!;
        return new StockAdjustmentBody(line.At.UtcDateTime, line.By, values["quantity"]!.GetValue<long>(), values["reason"]?.GetValue<string>());
    }
}

/// <summary>A page of adjustments.</summary>
/// <param name="Data">Newest first.</param>
/// <param name="NextCursor">The cursor of the next page; absent on the last page.</param>
public sealed record StockAdjustmentListBody(IReadOnlyList<StockAdjustmentBody> Data, string? NextCursor = null);
