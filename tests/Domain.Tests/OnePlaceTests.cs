using System.Text.RegularExpressions;
using Granary.Client;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests;

/// <summary>Rules that stand in one place of the sources. Each test names the file in which a second one has appeared.</summary>
public sealed partial class OnePlaceTests
{
    [Fact]
    public void Only_JournalStream_knows_the_prefixes_of_streams() =>
        // The examples of the document show names of streams, which the front end cannot take from the domain.
        AssertOnlyIn(["Domain/Events/JournalStream.cs", "Api/Docs/AnswerExamples.cs"], StreamPrefix());

    [Fact]
    public void Only_the_codecs_name_events() => AssertOnlyIn(
        [
            "Domain/Orders/OrderEvents.cs", "Domain/Stock/StockEvents.cs", "Domain/Stock/StockAlert.cs", "Domain/Users/UserEvents.cs",
            "Domain/Payments/PaymentEvents.cs",
            // The examples of the document, which the front end cannot take from the domain; they are checked below.
            "Api/Webhooks/WebhookEndpoints.cs", "Api/Docs/AnswerExamples.cs",
        ],
        new Regex($"\"({string.Join('|', EventNames().Select(Regex.Escape))})\""));

    [Theory]
    [InlineData("Api/Webhooks/WebhookEndpoints.cs")]
    [InlineData("Api/Docs/AnswerExamples.cs")]
    public void The_examples_of_the_document_name_public_events(string path)
    {
        var example = SourceFiles.OfTheProduct().Single(file => file.Path == path).Text;

        var named = OrderEventName().Matches(example).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(named);
        Assert.Subset(OrderEvent.PublicNames.ToHashSet(), named.ToHashSet());
    }

    [Fact]
    public void Only_OrderLifecycle_lists_statuses_or_gives_them_a_phase() => AssertOnlyIn(
        ["Domain/Orders/OrderLifecycle.cs"],
        ListOfStatuses());

    [Fact]
    public void Only_Words_names_statuses_and_actions() => AssertOnlyIn(
        ["Grains.Interfaces/Words.cs"],
        NameInLowerCase());

    [Fact]
    public void Only_OrderLine_and_OrderTotal_compute_what_an_order_costs() => AssertOnlyIn(
        ["Grains.Interfaces/Orders/Order.cs", "Domain/Orders/OrderTotal.cs"],
        Total());

    [Fact]
    public void To_settle_is_what_the_journal_does_and_a_verdict_is_a_stored_name_only() => AssertOnlyIn(
        // A batch of which the outcome is unknown is settled.
        ["Journal/PostgreSql/PostgreSqlJournal.cs"],
        SettleOrVerdict(), except: ["Alias(\"verdict\")", "JsonPropertyName(\"settled\")"]);

    [Fact]
    public void Only_orders_have_a_standing() => AssertOnlyIn(
        [], Standing(), except: ["OrderStanding", "ToStanding"]);

    [Fact]
    public void The_client_ends_with_the_statuses_that_no_transition_leaves() =>
        Assert.All(
            Enum.GetValues<OrderStatus>(),
            status => Assert.Equal(OrderLifecycle.IsTerminal(status), GranaryClient.IsOver(Words.Of(status))));

    private static IEnumerable<string> EventNames() =>
        [.. OrderEvent.Codec.Names, .. StockEvent.Codec.Names, .. StockAlert.Codec.Names, .. UserEvent.Codec.Names, .. PaymentEvent.Codec.Names];

    private static void AssertOnlyIn(string[] places, Regex rule, params string[] except)
    {
        var found = new List<string>();
        foreach (var (path, text) in SourceFiles.OfTheProduct().Where(file => !places.Contains(file.Path)))
        {
            var code = except.Aggregate(WithoutComments(text), (rest, allowed) => rest.Replace(allowed, "", StringComparison.Ordinal));
            found.AddRange(rule.Matches(code).Select(match => $"src/{path}: {match.Value}"));
        }

        Assert.True(found.Count == 0, $"This rule has a place of its own ({string.Join(", ", places)}):\n{string.Join('\n', found)}");

        // A rule that matches nothing any more would keep nothing in one place.
        Assert.All(places, place => Assert.Matches(rule, SourceFiles.OfTheProduct().Single(file => file.Path == place).Text));
    }

    private static string WithoutComments(string text) => Comment().Replace(text, "");

    [GeneratedRegex(@"^\s*(//|--).*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex("""["'](order|stock|stock-alert|user|payment)/""")]
    private static partial Regex StreamPrefix();

    [GeneratedRegex("\"(order\\.[a-z_]+)\"")]
    private static partial Regex OrderEventName();

    [GeneratedRegex(@"OrderStatus\.\w+\)?\s+(or|and)\s+(not\s+)?OrderStatus\.|OrderStatus\.\w+\s*(=>|,\s*OrderStatus\.|\|\|)|case\s+OrderStatus\.")]
    private static partial Regex ListOfStatuses();

    [GeneratedRegex(@"\.ToString\(\)\.ToLowerInvariant\(\)|ConvertName\(\w+\.ToString\(\)\)")]
    private static partial Regex NameInLowerCase();

    [GeneratedRegex(@"\*\s*(\w+\.)*(Quantity|UnitPrice)\b|\b(Quantity|UnitPrice)\s*\*|(\+=|Sum\().*\bLineTotal\b")]
    private static partial Regex Total();

    [GeneratedRegex(@"(?i)\w*(settl|verdict)\w*")]
    private static partial Regex SettleOrVerdict();

    [GeneratedRegex(@"\w+Standing\w*|\bStanding\w+")]
    private static partial Regex Standing();
}
