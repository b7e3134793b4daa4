using System.Reflection;
using Granary.Domain.Events;
using Granary.Domain.Feed;
using Granary.Domain.Orders;
using Granary.Domain.Payments;

namespace Granary.Domain.Tests;

/// <summary>Which events machines outside may read.</summary>
public sealed class PublicEventsTests
{
    /// <summary>The names of all events that the domain can write, found by the codecs.</summary>
    public static IEnumerable<string> AllNames =>
        from type in typeof(PublicEvents).Assembly.GetTypes()
        where !type.ContainsGenericParameters
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(EventCodec<>)
        let codec = property.GetValue(null)!
        from name in (IEnumerable<string>)codec.GetType().GetProperty("Names")!.GetValue(codec)!
        select name;

    [Fact]
    public void Every_event_is_decided_on_to_be_public_or_not()
    {
        // In a stream of an unknown kind the feed shows what it does not know, so an event that the table forgets would be shown.
        var shown = AllNames.Distinct().Where(name => PublicEvents.IsShown(Record("unknown/1", name)));

        Assert.Equal(PublicEvents.Names.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Events_of_attempts_users_keys_and_references_are_not_public()
    {
        string[] kinds = ["payment.method_attached", "payment.given_up", "refund.queued", "order.attempt_voided", "stock.reserved", "stock.released", "stock.sale_closed"];

        Assert.DoesNotContain(PublicEvents.Names, name => kinds.Contains(name) || name.StartsWith("user.", StringComparison.Ordinal));
        Assert.Subset(PublicEvents.Names.ToHashSet(), OrderEvent.PublicNames.ToHashSet());
        Assert.Subset(PublicEvents.Names.ToHashSet(), PaymentEvent.PublicNames.ToHashSet());
    }

    [Theory]
    [InlineData("order/1", true)]
    [InlineData("stock/CUP", true)]
    [InlineData("payment/1", true)]
    [InlineData("parcel/1", true)]
    [InlineData("user/u-1", false)]
    [InlineData("api-keys/shop", false)]
    [InlineData("reference/1", false)]
    [InlineData("settings/0", false)]
    public void An_event_of_a_newer_release_is_shown_unless_its_stream_is_private(string stream, bool shown) =>
        Assert.Equal(shown, PublicEvents.IsShown(Record(stream, "something.newer")));

    private static JournalRecord Record(string stream, string type) => new(1, stream, 1, type, "{}"u8.ToArray(), DateTimeOffset.UnixEpoch);
}
