using System.Text.RegularExpressions;
using Granary.Domain.Orders;
using Granary.Domain.Stock;

namespace Granary.Domain.Tests;

/// <summary>The document of the published events, <c>docs/asyncapi.yaml</c>.</summary>
public sealed partial class EventDocumentTests
{
    [Fact]
    public void Every_published_event_is_documented_and_nothing_else()
    {
        string[] published = [.. OrderEvent.Codec.Names, .. StockEvent.Codec.Names, .. StockAlert.Codec.Names];
        var documented = EventName().Matches(SourceFiles.Document("asyncapi.yaml")).Select(name => name.Groups[1].Value);

        Assert.Equal(published.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\bname: ((?:order|product|stock)\.[a-z_]+)")]
    private static partial Regex EventName();
}
