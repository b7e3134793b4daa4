using System.Text.RegularExpressions;
using Granary.Domain.Feed;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Domain.Stock;

namespace Granary.Domain.Tests;

/// <summary>The document of the published events, <c>docs/asyncapi.yaml</c>.</summary>
public sealed partial class EventDocumentTests
{
    [Fact]
    public void Every_published_event_is_documented_and_nothing_else()
    {
        string[] published = [.. OrderEvent.Codec.Names, .. StockEvent.Codec.Names, .. StockAlert.Codec.Names, .. PaymentEvent.Codec.Names];
        var documented = EventName().Matches(SourceFiles.Document("asyncapi.yaml")).Select(name => name.Groups[1].Value);

        Assert.Equal(published.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_events_of_the_feed_and_of_webhooks_are_the_public_ones()
    {
        var documented = PublicNames().Match(SourceFiles.Document("asyncapi.yaml")).Groups[1].Value
            .Split(',', StringSplitOptions.TrimEntries);

        Assert.Equal(PublicEvents.Names, documented);
    }

    [GeneratedRegex(@"    publicEvent:[^[]*\[([^]]*)\]")]
    private static partial Regex PublicNames();

    [GeneratedRegex(@"\bname: ((?:order|product|stock|payment|refund)\.[a-z_]+)")]
    private static partial Regex EventName();
}
