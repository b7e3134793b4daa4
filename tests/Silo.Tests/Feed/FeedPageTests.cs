using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Stock;
using Granary.Grains.Feed;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Feed;
using Granary.Grains.Interfaces.Orders;
using Granary.Journal;
using Granary.Silo.Tests.Journal;
using Granary.Silo.Tests.Streams;
using Granary.Streams;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Granary.Silo.Tests.Feed;

/// <summary>Pages of the feed over a journal whose content is known.</summary>
public sealed class FeedPageTests(SharedPostgres server)
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_has_the_public_events_of_orders_and_stock_and_nothing_of_attempts_users_and_keys()
    {
        await using var database = await SqliteStreamDatabase.CreateAsync(Cancellation);
        var store = database.Journal;
        await store.AppendAsync(
            Stock("CUP", 0, new ProductDefined("u-1", "Cup", null, 500), new StockAdjusted("u-1", 5, "delivery", "secret-key")),
            Stock("CUP", 2, new StockReserved("1", 1, 1)),
            new JournalAppend("user/u-1", 0, [Appends.Event("{}", "user.registered"), Appends.Event("{}", "user.renamed")]),
            new JournalAppend("api-keys/shop", 0, [Appends.Event("{}", "api_key.created")]));
        await store.AppendAsync(
            Order("1", 0, Placed()),
            new JournalAppend("stock-alert/CUP", 0, [StockAlert.Codec.Encode(new StockLow("CUP", 4, 10, 3), Now, null)]),
            Stock("CUP", 3, new StockSold("1", 2, 1, [1]), new SaleClosed("1", 3)));
        var feed = FeedOver(store);

        var page = await feed.ReadAsync(new FeedQuery(null, 100, []), Cancellation);

        Assert.Equal(
            [("product.defined", "stock/CUP", 1), ("stock.adjusted", "stock/CUP", 2), ("order.placed", "order/1", 1), ("stock.low", "stock-alert/CUP", 1), ("stock.sold", "stock/CUP", 4)],
            page.Events.Select(read => (read.Type, read.Stream, read.Version)));
        Assert.Equal("""{"sku":"CUP","by":"u-1","name":"Cup","price":{"amount":500,"currency":"USD"}}""", Text(page.Events[0]));
        Assert.Equal("""{"sku":"CUP","by":"u-1","quantity":5,"reason":"delivery"}""", Text(page.Events[1]));
        Assert.Equal("""{"sku":"CUP","available":4,"threshold":10,"stock_version":3}""", Text(page.Events[3]));
        Assert.Equal("""{"sku":"CUP","quantity":1,"order_id":"1","order_version":2}""", Text(page.Events[4]));
        Assert.All(page.Events, read => Assert.Null(read.Unreadable));

        // The last event is internal: the reader moves past it and does not read it again.
        Assert.Equal(await store.ReadEndAsync(Cancellation), long.Parse(page.Next, CultureInfo.InvariantCulture));
        var rest = await feed.ReadAsync(new FeedQuery(page.Next, 100, []), Cancellation);
        Assert.Equal((0, page.Next), (rest.Events.Count, rest.Next));
    }

    [Fact]
    public async Task A_filter_selects_by_name_and_its_pages_move_on_through_everything_else()
    {
        await using var database = await SqliteStreamDatabase.CreateAsync(Cancellation);
        await database.Journal.AppendAsync(Stock("CUP", 0, [.. Enumerable.Range(0, 9_000).Select(i => new StockAdjusted("u-1", i, null, null))]));
        await database.Journal.AppendAsync(Stock("CUP", 9_000, new ProductSuspended("u-1")));
        var feed = FeedOver(database.Journal);

        var first = await feed.ReadAsync(new FeedQuery(null, 100, ["product.suspended"]), Cancellation);
        var second = await feed.ReadAsync(new FeedQuery(first.Next, 100, ["product.suspended"]), Cancellation);

        // One page reads a bounded part of the journal.
        Assert.Empty(first.Events);
        Assert.NotEqual("0", first.Next);
        Assert.Equal("product.suspended", Assert.Single(second.Events).Type);
    }

    [Fact]
    public async Task A_short_page_that_looks_for_a_rare_event_passes_the_others_in_few_readings()
    {
        await using var database = await SqliteStreamDatabase.CreateAsync(Cancellation);
        await database.Journal.AppendAsync(Stock("CUP", 0, [.. Enumerable.Range(0, 5_000).Select(i => new StockAdjusted("u-1", i, null, null))]));
        await database.Journal.AppendAsync(Stock("CUP", 5_000, new ProductSuspended("u-1")));
        var store = DispatchProxy.Create<IJournalStore, CountedReadings>();
        var readings = (CountedReadings)(object)store;
        readings.Store = database.Journal;

        var page = await FeedOver(store).ReadAsync(new FeedQuery(null, 1, ["product.suspended"]), Cancellation);

        Assert.Equal("product.suspended", Assert.Single(page.Events).Type);
        Assert.InRange(readings.Count, 1, 20);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("007")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    [InlineData("1000000")]
    public async Task A_position_that_the_feed_has_not_given_is_refused(string position)
    {
        await using var database = await SqliteStreamDatabase.CreateAsync(Cancellation);
        await database.Journal.AppendAsync(Stock("CUP", 0, new ProductSuspended("u-1")));

        var page = await FeedOver(database.Journal).ReadAsync(new FeedQuery(position, 100, []), Cancellation);

        Assert.Equal("after", Assert.IsType<InvalidValue>(page.Refusal).Field);
        Assert.Equal(page.Refusal, await FeedOver(database.Journal).CheckAsync(new FeedQuery(position, 100, []), Cancellation));
    }

    [Fact]
    public async Task What_cannot_be_read_stands_in_its_place_without_data_and_stops_nothing()
    {
        await using var database = await SqliteStreamDatabase.CreateAsync(Cancellation);
        var store = database.Journal;
        await store.AppendAsync(
            Order("1", 0, Placed()),
            new JournalAppend("order/2", 0, [Appends.Event("null", "order.placed"), .. Order("2", 1, new OrderPaid("u-1")).Events]),
            new JournalAppend("stock/CUP", 0, [Appends.Event("[]", "stock.adjusted")]),
            new JournalAppend("order/1", 1, [Appends.Event("{}", "order.gift_wrapped")]),
            new JournalAppend("parcel/1", 0, [Appends.Event("{}", "parcel.found")]));
        await store.AppendAsync(Order("3", 0, Placed()));

        var page = await FeedOver(store).ReadAsync(new FeedQuery(null, 100, []), Cancellation);

        Assert.Equal(
            [("order/1", true), ("order/2", false), ("order/2", false), ("stock/CUP", false), ("order/1", false), ("parcel/1", false), ("order/3", true)],
            page.Events.Select(read => (read.Stream, read.Unreadable is null)));
        Assert.All(page.Events, read => Assert.Equal(read.Unreadable is null, !read.Data.IsEmpty));
    }

    [Fact]
    public async Task No_page_passes_a_transaction_that_is_still_open()
    {
        await using var database = (PostgreSqlStreamDatabase)await PostgreSqlStreamDatabase.CreateAsync(server, Cancellation);
        var feed = FeedOver(database.Journal);
        await using var slow = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await slow.BeginTransactionAsync(Cancellation);
        await using (var insert = new NpgsqlCommand(
            """
            INSERT INTO journal (position, stream, version, type, payload, recorded_at, batch)
            VALUES (pg_current_xact_id()::text::bigint << 20, 'stock/SLOW', 1, 'product.suspended', '{"by":"u-1"}', now(), 1)
            """,
            slow))
        {
            await insert.ExecuteNonQueryAsync(Cancellation);
        }

        await database.Journal.AppendAsync(Stock("FAST", 0, new ProductSuspended("u-1")));
        var held = await feed.ReadAsync(new FeedQuery(null, 100, []), Cancellation);
        await transaction.CommitAsync(Cancellation);
        var streams = new List<string>();
        var position = held.Next;
        while (streams.Count < 2)
        {
            // A transaction of another test on the server may hold the end back for a while.
            var page = await feed.ReadAsync(new FeedQuery(position, 1, []), Cancellation);
            streams.AddRange(page.Events.Select(read => read.Stream));
            position = page.Next;
        }

        Assert.Equal((0, "0"), (held.Events.Count, held.Next));
        Assert.Equal(["stock/SLOW", "stock/FAST"], streams);
    }

    private static EventFeed FeedOver(IJournalStore store)
    {
        var journal = new JournalReader(store);
        return new EventFeed(
            journal,
            new PublicEventReader(journal, "USD"),
            new JournalFeed(journal, Options.Create(new StreamSettings()), TimeProvider.System, NullLogger<JournalFeed>.Instance));
    }

    private static OrderPlaced Placed() =>
        new("u-1", "u-1", 1, [new OrderLine("CUP", "Cup", 1, 500)], 500, null, null, null, Now.AddMinutes(15));

    private static JournalAppend Order(string id, long after, params OrderEvent[] events) =>
        new(JournalStream.OfOrder(id), after, [.. events.Select(happened => OrderEvent.Codec.Encode(happened, Now, null))]);

    private static JournalAppend Stock(string sku, long after, params StockEvent[] events) =>
        new(JournalStream.OfStock(sku), after, [.. events.Select(happened => StockEvent.Codec.Encode(happened, Now, null))]);

    private static string Text(FeedEvent read)
    {
        using var json = JsonDocument.Parse(read.Data);
        return json.RootElement.GetRawText();
    }

    /// <summary>Counts the readings of all streams.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "The proxy is a type that derives from it.")]
    private class CountedReadings : DispatchProxy
    {
        public IJournalStore Store { get; set; } = null!;

        public int Count { get; private set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Count += targetMethod!.Name == nameof(IJournalStore.ReadAllAsync) ? 1 : 0;
            return targetMethod.Invoke(Store, args);
        }
    }
}
