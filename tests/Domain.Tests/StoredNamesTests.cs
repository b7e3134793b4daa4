using System.Text;
using System.Text.Json;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Tests;

/// <summary>What is written into stores, byte for byte: names in it outlive the names in the code.</summary>
public sealed class StoredNamesTests
{
    [Fact]
    public void An_event_is_written_with_its_members_and_nothing_else()
    {
        Assert.Equal("""{"by":"u-buyer"}""", Written(new OrderPaid("u-buyer")));
        Assert.Equal("""{"by":"u-buyer","reason":"too late"}""", Sorted(new OrderCancelled("u-buyer", "too late")));
        Assert.Equal("""{"attempt":9,"by":"system"}""", Sorted(new AttemptVoided("system", 9)));
    }

    [Fact]
    public void A_placement_is_written_with_the_reference_and_the_metadata_that_it_has_and_without_those_that_it_lacks()
    {
        Assert.DoesNotContain("external_reference", Written(Given.Placed), StringComparison.Ordinal);
        Assert.DoesNotContain("metadata", Written(Given.Placed), StringComparison.Ordinal);
        Assert.EndsWith(
            """
            "external_reference":"web-1","metadata":{"CamelCase key":"v"},"by":"u-buyer"}
            """,
            Written(Given.Placed with { ExternalReference = "web-1", Metadata = new Dictionary<string, string> { ["CamelCase key"] = "v" } }),
            StringComparison.Ordinal);
        var claim = new ReferenceClaimed("u-buyer", "web-1", "o1", 9);
        Assert.Equal(
            ("reference.claimed", """{"by":"u-buyer","reference":"web-1","order":"o1","attempt":9}"""),
            (ReferenceEvent.Codec.NameOf(claim), Encoding.UTF8.GetString(ReferenceEvent.Codec.Encode(claim, Given.Noon, null).Payload.Span)));
    }

    [Fact]
    public void An_order_that_an_earlier_release_has_written_is_paid_from_the_wallet()
    {
        const string Stored = """
            {"user_id":"u-buyer","attempt":1,"lines":[{"sku":"TEA","name":"Tea","quantity":2,"unit_price":500}],"total":1000,
             "fingerprint":"f1","expires_at":"2026-05-04T12:15:00+00:00","by":"u-buyer"}
            """;
        var record = new JournalRecord(1, "order/o1", 1, "order.placed", Encoding.UTF8.GetBytes(Stored), Given.Noon);

        var order = Aggregate.Fold<OrderState, OrderEvent>(OrderState.Initial("o1"), [record]);

        Assert.Equal((PaymentMethod.Wallet, OrderStatus.Pending, 0), (order.PaymentMethod, order.Status, order.Payments.Length));
        Assert.DoesNotContain("payment", Written(Given.Placed), StringComparison.Ordinal);
        Assert.Contains("\"payment_method\":\"external\"", Written(Given.Placed with { PaymentMethod = PaymentMethod.External }), StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_of_a_payment_is_written_with_its_operation_and_ordinal() =>
        Assert.Equal(
            """{"operation":"authorize","ordinal":1,"amount":1000,"order_version":2,"due_at":"2026-05-04T12:00:00+00:00"}""",
            Encoding.UTF8.GetString(PaymentEvent.Codec.Encode(
                new AuthorizeRequested(OperationKind.Authorize, 1, 1_000, 2, Given.Noon), Given.Noon, trace: null).Payload.Span));

    [Fact]
    public void A_snapshot_keeps_the_names_of_a_claim()
    {
        var stock = Given.Stock(Given.Tea, new StockAdjusted("op", 9, null, null), new StockReserved("o1", 1, 4), new StockSold("o1", 2, 4, [1]));
        var snapshot = new Snapshot<StockState> { State = stock, Version = stock.Version };

        var json = JsonSerializer.Serialize(snapshot, SnapshotJson.Default.SnapshotStockState);

        Assert.Contains("\"settled\":4", json, StringComparison.Ordinal);
        Assert.Equal(4, JsonSerializer.Deserialize(json, SnapshotJson.Default.SnapshotStockState)!.State!.Claims.Find("o1")!.Paid);
    }

    [Fact]
    public void A_snapshot_of_a_user_counts_no_money_that_has_left_for_a_release_that_knows_no_withdrawals()
    {
        var user = Given.User(Given.Buyer, new MoneyDeposited("admin", 1_000, null), new MoneyWithdrawn("admin", 200, null, "w1"));

        var json = Written(user);

        Assert.Contains("\"deposited\":800", json, StringComparison.Ordinal);
        Assert.Equal(user.ToUser().Wallet, Read(json).ToUser().Wallet);
    }

    [Fact]
    public void A_snapshot_of_a_user_of_release_0_1_0_is_read()
    {
        var user = Given.User(Given.Buyer, new MoneyDeposited("admin", 1_000, null));
        var json = Written(user).Replace("\"withdrawn\":0,", "", StringComparison.Ordinal);
        Assert.DoesNotContain("withdraw", json, StringComparison.Ordinal);

        var paidOut = Read(json).Apply(new MoneyWithdrawn("admin", 200, null, "w1"), Given.Noon);

        Assert.Equal(800, paidOut.Available);
        Assert.NotNull(paidOut.AnswerTo(new WithdrawMoney(200, null, "w1", "admin")));
    }

    private static string Written(UserState user) =>
        JsonSerializer.Serialize(new Snapshot<UserState> { State = user, Version = user.Version }, SnapshotJson.Default.SnapshotUserState);

    private static UserState Read(string json) => JsonSerializer.Deserialize(json, SnapshotJson.Default.SnapshotUserState)!.State!;

    private static string Written(OrderEvent domainEvent) =>
        Encoding.UTF8.GetString(OrderEvent.Codec.Encode(domainEvent, Given.Noon, trace: null).Payload.Span);

    private static string Sorted(OrderEvent domainEvent) => JsonSerializer.Serialize(
        new SortedDictionary<string, JsonElement>(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Written(domainEvent))!, StringComparer.Ordinal));
}
