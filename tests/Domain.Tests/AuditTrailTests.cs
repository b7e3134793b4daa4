using System.Text.Json.Nodes;
using Granary.Domain.ApiKeys;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Domain.Settings;
using Granary.Domain.Stock;
using Granary.Domain.Trail;
using Granary.Domain.Users;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Tests;

public sealed class AuditTrailTests
{
    private const string Admin = "u-admin";

    private static readonly StockEvent[] Product =
    [
        new ProductDefined(Admin, "Cup", null, 1_400), new ProductChanged(Admin, "Cup", null, 1_500), new ProductChanged(Admin, "Big cup", "0.5 l", 1_500),
        new ProductChanged(Admin, "Big cup", "0.5 l", 1_500), new ProductSuspended("u-op"), new ProductReactivated(Admin), new ProductDiscontinued(Admin),
        new StockAdjusted("u-op", -3, "broken", null),
    ];

    private static readonly UserEvent[] User =
    [
        Given.Buyer, new RolesChanged(Admin, [Roles.Operator, Roles.Customer]), new RolesChanged(Admin, [Roles.Customer, Roles.Operator]),
        new UserWasSuspended(Admin), new UserReactivated(Admin), new PasswordChanged("u-buyer", "hash", EndsTokens: true), new PasswordChanged(Admin, "rehash"),
        new PasswordChanged(UserId.System, "hash", EndsTokens: true), new MoneyDeposited("key_1", 500, null, Reference: "transfer 1"),
        new MoneyWithdrawn(Admin, 200, null, null), new UserClosed(Admin),
    ];

    [Fact]
    public void A_change_of_a_product_says_what_was_and_what_is() => Assert.Equal(
        [
            """1 product.defined u-admin null -> {"name":"Cup","price":{"amount":1400},"status":"active"}""",
            """2 product.changed u-admin {"price":{"amount":1400}} -> {"price":{"amount":1500}}""",
            """3 product.changed u-admin {"name":"Cup","description":null} -> {"name":"Big cup","description":"0.5 l"}""",
            """5 product.suspended u-op {"status":"active"} -> {"status":"suspended"}""",
            """6 product.reactivated u-admin {"status":"suspended"} -> {"status":"active"}""",
            """7 product.discontinued u-admin {"status":"active"} -> {"status":"discontinued"}""",
            """8 stock.adjusted u-op null -> {"quantity":-3,"reason":"broken"}""",
        ],
        Entries("product/TEA", Records("stock/TEA", StockEvent.Codec, Product)).Select(Text));

    [Fact]
    public void A_change_of_a_user_says_what_was_and_what_is_and_never_a_hash()
    {
        var entries = Entries("user/u-buyer", Records("user/u-buyer", UserEvent.Codec, User));

        Assert.Equal(
            [
                """2 user.roles_changed u-admin {"roles":["customer"]} -> {"roles":["customer","operator"]}""",
                """4 user.suspended u-admin {"status":"active"} -> {"status":"suspended"}""",
                """5 user.reactivated u-admin {"status":"suspended"} -> {"status":"active"}""",
                """8 user.password_changed system null -> {"password":"replaced"}""",
                """9 wallet.deposited key_1 null -> {"amount":{"amount":500},"reference":"transfer 1"}""",
                """10 wallet.withdrawn u-admin null -> {"amount":{"amount":200}}""",
                """11 user.closed u-admin {"status":"active"} -> {"status":"closed"}""",
            ],
            entries.Select(Text));
        Assert.All(entries, entry => Assert.DoesNotContain("hash", Text(entry), StringComparison.Ordinal));
    }

    [Fact]
    public void An_account_that_another_opened_is_an_entry_and_ones_own_is_not()
    {
        var opened = Entries("user/u-buyer", Records<UserEvent>("user/u-buyer", UserEvent.Codec, Given.Buyer with { By = "key_1" }));

        Assert.Equal(
            """1 user.registered key_1 null -> {"user_name":"buyer","roles":["customer"],"status":"active"}""", Text(Assert.Single(opened)));
    }

    [Theory]
    [InlineData("u-buyer", false)]
    [InlineData("u-operator", true)]
    [InlineData("key_1", true)]
    public void An_order_that_another_than_its_owner_cancelled_is_an_entry(string by, bool audited)
    {
        var records = Records<OrderEvent>("order/o1", OrderEvent.Codec, Given.Placed, new OrderPaid("u-buyer"), new OrderCancelled(by, "sold out"));
        var kind = AuditTrail.KindOf(records[2]);

        var (entry, _) = AuditTrail.Apply(kind.Recall!("order/o1", records[..2]), records[2]);

        Assert.Equal(audited ? $$"""3 order.cancelled {{by}} {"status":"paid"} -> {"status":"cancelled","reason":"sold out"}""" : null, entry is null ? null : Text(entry));
    }

    [Fact]
    public void A_refund_of_an_order_is_an_entry()
    {
        var records = Records<OrderEvent>(
            "order/o1", OrderEvent.Codec, Given.Placed, new OrderPaid("u-buyer"), new OrderRefundRequested("key_1", "r1", 250, "damaged"));
        var kind = AuditTrail.KindOf(records[2]);

        var (entry, _) = AuditTrail.Apply(kind.Recall!("order/o1", records[..2]), records[2]);

        Assert.Equal("""3 order.refund_requested key_1 null -> {"amount":{"amount":250},"reason":"damaged"}""", Text(entry!));
    }

    [Fact]
    public void That_an_operator_has_looked_at_a_payment_is_an_entry()
    {
        var records = Records<PaymentEvent>(
            "payment/p1", PaymentEvent.Codec, new PaymentNeedsAttention("disputed"), new AttentionAcknowledged("u-op", "disputed", "Answered."));
        var kind = AuditTrail.KindOf(records[1]);

        var (entry, _) = AuditTrail.Apply(kind.Recall!("payment/p1", records[..1]), records[1]);

        Assert.Equal("""2 payment.attention_acknowledged u-op null -> {"attention":"disputed","note":"Answered."}""", Text(entry!));
        Assert.False(AuditTrail.Reads("payment.needs_attention"));
    }

    [Fact]
    public void A_key_is_a_subject_of_its_own_and_its_hash_is_not_told()
    {
        var records = Records<ApiKeyEvent>(
            "api-keys/0", ApiKeyEvent.Codec,
            new ApiKeyCreated(Admin, "key_1", "ERP", ["orders:read"], "hash", Given.Noon), new ApiKeyCreated(Admin, "key_2", "Shop", [], "hash", null),
            new ApiKeyRevoked("u-other", "key_1"));

        Assert.Equal(["key/key_1", "key/key_2", "key/key_1"], records.Select(record => AuditTrail.KindOf(record).SubjectOf(record)));
        Assert.Equal(
            [
                """1 api_key.created u-admin null -> {"name":"ERP","scopes":["orders:read"],"status":"active","expires_at":"2026-05-04T12:00:00Z"}""",
                """3 api_key.revoked u-other {"status":"active"} -> {"status":"revoked"}""",
            ],
            Entries("key/key_1", [records[0], records[2]]).Select(Text));
    }

    [Fact]
    public void A_change_of_settings_says_which_values_were_and_which_are() => Assert.Equal(
        [
            """1 settings.changed u-admin null -> {"Granary:A":"1","Granary:B":"2"}""",
            """2 settings.changed u-other {"Granary:A":"1"} -> {"Granary:A":null,"rolled_back_to":0}""",
        ],
        Entries("settings/0", Records<SettingsEvent>(
            "settings/0", SettingsEvent.Codec,
            new SettingsChanged(Admin, new Dictionary<string, SettingChange> { ["Granary:A"] = new(null, "1"), ["Granary:B"] = new(null, "2") }),
            new SettingsChanged("u-other", new Dictionary<string, SettingChange> { ["Granary:A"] = new("1", null) }, RolledBackTo: 0))).Select(Text));

    [Fact]
    public void An_event_that_is_taken_again_later_changes_nothing_that_is_known_and_does_not_guess_what_was_before()
    {
        var records = Records("stock/TEA", StockEvent.Codec, Product);
        var known = records.Aggregate(AuditedSubject.New("product/TEA"), (subject, record) => AuditTrail.Apply(subject, record).After);

        var (entry, after) = AuditTrail.Apply(known, records[1]);

        Assert.Same(known, after);
        Assert.Null(entry!.From);
        Assert.Equal(1_500, entry.To!["price"]!["amount"]!.GetValue<long>());
    }

    [Fact]
    public void An_event_that_cannot_be_read_is_damaged() => Assert.Throws<DamagedRecordException>(() => AuditTrail.Apply(
        AuditedSubject.New("product/TEA"), new JournalRecord(1, "stock/TEA", 1, "product.defined", "null"u8.ToArray(), Given.Noon)));

    private static List<JournalRecord> Records<TEvent>(string stream, EventCodec<TEvent> codec, params IReadOnlyList<TEvent> events)
        where TEvent : class =>
    [
        .. events.Select((happened, i) =>
        {
            var encoded = codec.Encode(happened, Given.Noon, null);
            return new JournalRecord(i + 100, stream, i + 1, encoded.Type, encoded.Payload, Given.Noon);
        }),
    ];

    private static List<AuditEntry> Entries(string subject, IEnumerable<JournalRecord> records)
    {
        var entries = new List<AuditEntry>();
        _ = records.Where(record => AuditTrail.Reads(record.Type)).Aggregate(AuditedSubject.New(subject), (before, record) =>
        {
            Assert.Equal(subject, AuditTrail.KindOf(record).SubjectOf(record));
            var (entry, after) = AuditTrail.Apply(before, record);
            if (entry is not null)
            {
                entries.Add(entry);
            }

            return after;
        });
        return entries;
    }

    private static string Text(AuditEntry entry) =>
        $"{entry.Version} {entry.Type} {entry.By} {Text(entry.From)} -> {Text(entry.To)}";

    private static string Text(JsonObject? values) => values?.ToJsonString() ?? "null";
}
