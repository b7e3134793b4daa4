using System.Globalization;
using Granary.Domain.Audit;
using Granary.Domain.Events;
using Granary.Domain.Feed;
using Granary.Grains.Interfaces.Feed;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Reading;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Grains.Orders.Index;
using Granary.Grains.Webhooks;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Silo.Tests.Journal;
using Granary.Streams;
using Granary.Testing;

namespace Granary.Silo.Tests.Streams;

/// <summary>
/// A whole silo whose journal has two databases: orders of one to five lines, and everything that follows them.
/// <c>GRANARY_DIVIDED_ORDERS</c> sets how many; 1,000 by default.
/// </summary>
public sealed class DividedSiloTests(SharedPostgres server) : IDisposable
{
    private const int Skus = 40;
    private const int Users = 40;
    private const int Customers = 32;

    private string[] _databases = [];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-divided-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static int Orders =>
        int.TryParse(Environment.GetEnvironmentVariable("GRANARY_DIVIDED_ORDERS"), CultureInfo.InvariantCulture, out var orders) ? orders : 1_000;

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Orders_over_two_databases_are_whole_listed_followed_expired_and_accounted_for_also_while_partitions_move(bool moves)
    {
        await using var silo = await StartAsync();
        await OpenAsync(silo);
        var feed = silo.Service<IEventFeed>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var followed = new List<FeedEvent>();
        var following = Task.Run(() => FollowAsync(feed, null, followed, stop.Token), Cancellation);

        var moving = moves ? Task.Run(MoveAsync, Cancellation) : Task.CompletedTask;
        var placed = await Task.WhenAll(Enumerable.Range(0, Customers).Select(customer => Task.Run(() => OrderAsync(silo, customer), Cancellation)));
        var orders = placed.SelectMany(ids => ids).ToList();
        await moving;

        // One in ten was left unpaid, and is due at once.
        var unpaid = placed.SelectMany(ids => ids.Where((_, i) => i % 10 == 0)).ToList();
        var journal = silo.Service<IJournal>();
        await Eventually.HoldsAsync(
            async () => (await journal.ReadStreamsAsync([.. unpaid.Select(JournalStream.OfOrder)], Cancellation)).All(order => order.Last().Type == "order.expired"),
            "unpaid orders of both databases expire",
            cancellation: Cancellation);
        var audit = new JournalAudit();
        List<JournalRecord>[] all = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                audit = new JournalAudit();
                all = await Task.WhenAll(journal.Databases.Select((_, number) => ReadEverythingAsync(journal, number)));
                foreach (var record in all.SelectMany(records => records))
                {
                    audit.Add(record);
                }

                // Readers of a whole database see an event later than those of its stream.
                var expired = all.SelectMany(records => records).Where(record => record.Type == "order.expired").Select(record => record.Stream).ToHashSet();
                return audit.Judge() is { IsSound: true, Lagging: [] } && unpaid.TrueForAll(order => expired.Contains(JournalStream.OfOrder(order)));
            },
            "the journal is sound, in step and read to its end",
            cancellation: Cancellation);
        Assert.Equal(Orders, audit.Judge().Orders);
        var events = all.Sum(records => records.Count);
        Assert.All(all, records => Assert.True(moves || (records.Count >= 0.45 * events && records.Count <= 0.55 * events), $"{records.Count} of {events}"));
        if (!moves)
        {
            // Each has its own partitions only, and what the readers below leave out is nothing.
            var stored = await Task.WhenAll(journal.Databases.Select(database => ReadEverythingAsync(database)));
            Assert.All(stored.Index(), database => Assert.All(
                database.Item, record => Assert.Equal(database.Index, journal.DatabaseOf(StreamNames.PartitionOf(record.Stream, DividedJournal.Partitions)))));
        }

        // The index of orders.
        var index = silo.Service<OrderIndexAudit>();
        await Eventually.HoldsAsync(
            async () => await index.CheckAsync(new Progress<double>(), Cancellation) is [], "the index equals the journal", cancellation: Cancellation);

        // The feed, followed and page by page.
        var expected = all.SelectMany(records => records).Where(record => PublicEvents.Has(record.Type)).ToList();
        await Eventually.HoldsAsync(
            () => following.IsFaulted || Count(followed) >= expected.Count, "the follower has every event", cancellation: Cancellation);
        await stop.CancelAsync();
        await following;
        AssertComplete(expected, followed);
        var (paged, last) = await PageAsync(feed);
        AssertComplete(expected, paged);

        // The position of any event goes on behind exactly what came before it.
        var half = paged.Count / 2;
        var rest = new List<FeedEvent>();
        for (var page = await feed.ReadAsync(new FeedQuery(paged[half].Position, 1_000, []), Cancellation); page.Events.Count > 0;
            page = await feed.ReadAsync(new FeedQuery(page.Next, 1_000, []), Cancellation))
        {
            rest.AddRange(page.Events);
        }

        AssertComplete(expected, [.. paged.Take(half + 1), .. rest]);
        Assert.Empty((await feed.ReadAsync(new FeedQuery(last, 1, []), Cancellation)).Events);
        TestContext.Current.TestOutputHelper?.WriteLine($"{orders.Count} orders, {all[0].Count} and {all[1].Count} events, {expected.Count} of them public");
    }

    [Fact]
    public async Task A_webhook_gets_the_events_of_both_databases_after_its_registration_and_none_from_before()
    {
        await using var silo = await StartAsync();
        await OpenAsync(silo);
        await PlaceAsync(silo, 1, 1);
        var registered = await silo.Grains.GetGrain<IWebhookDesk>(0).Register(
            new RegisterWebhook("http://127.0.0.1:18999/", ["order.placed"], UserId.System));
        Assert.Null(registered.Refusal);
        var placed = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            placed.Add(await PlaceAsync(silo, i, 1));
        }

        var log = silo.Service<DeliveryLog>();
        await Eventually.HoldsAsync(
            async () => (await log.ListAsync(registered.Webhook!.Id, 100, null, Cancellation)).Deliveries.Count == placed.Count,
            "each order has a delivery",
            cancellation: Cancellation);
        var deliveries = (await log.ListAsync(registered.Webhook!.Id, 100, null, Cancellation)).Deliveries;
        Assert.Equal(placed.Order(StringComparer.Ordinal), deliveries.Select(delivery => delivery.OrderId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_reader_demands_of_the_feed_is_looked_for_in_the_database_that_has_it()
    {
        await using var silo = await StartAsync();
        await OpenAsync(silo);
        var reads = silo.Service<IListReads>();
        var databases = new HashSet<IJournal>();
        var demanded = new List<StreamPosition>();
        for (var i = 0; databases.Count < 2; i++)
        {
            var id = await PlaceAsync(silo, i, 1);
            databases.Add(silo.Service<IJournal>().Of(JournalStream.OfOrder(id)));
            demanded.Add(new StreamPosition(PositionKind.Order, id, 1));
        }

        demanded = [.. demanded.TakeLast(16)];
        var page = await reads.EventsAsync(new FeedQuery(null, 1_000, ["order.placed"]), new ReadDemand(demanded), Cancellation);

        Assert.Empty(demanded.Select(position => JournalStream.OfOrder(position.Key)).Except(page.Value.Events.Select(read => read.Stream)));
        var never = demanded[0] with { Version = 9 };
        var late = await Assert.ThrowsAsync<PositionNotReachedException>(
            () => reads.EventsAsync(new FeedQuery(null, 1, []), new ReadDemand([never]), Cancellation));
        Assert.Contains(never.ToString(), late.Message, StringComparison.Ordinal);
    }

    private static int Count(List<FeedEvent> events)
    {
        lock (events)
        {
            return events.Count;
        }
    }

    /// <summary>Every event once, and those of one stream in their order.</summary>
    private static void AssertComplete(List<JournalRecord> expected, List<FeedEvent> got)
    {
        Assert.Equal(
            expected.Select(record => (record.Stream, record.Version, record.Type)).Order(),
            got.Select(read => (read.Stream, read.Version, read.Type)).Order());
        Assert.All(got.GroupBy(read => read.Stream), stream => Assert.Equal(stream.Select(read => read.Version).Order(), stream.Select(read => read.Version)));
        Assert.All(got, read => Assert.Null(read.Unreadable));
    }

    private static async Task FollowAsync(IEventFeed feed, string? after, List<FeedEvent> got, CancellationToken stop)
    {
        try
        {
            await foreach (var page in feed.FollowAsync(new FeedQuery(after, 100, []), UserId.System, TimeSpan.FromMilliseconds(200), stop))
            {
                lock (got)
                {
                    got.AddRange(page.Events);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private static async Task<(List<FeedEvent> Events, string Last)> PageAsync(IEventFeed feed)
    {
        var (events, random) = (new List<FeedEvent>(), new Random(1));
        string? position = null;
        while (true)
        {
            var page = await feed.ReadAsync(new FeedQuery(position, random.Next(1, 101), []), Cancellation);
            Assert.Null(page.Refusal);
            if (page.Events.Count == 0 && page.Next == position)
            {
                return (events, page.Next);
            }

            events.AddRange(page.Events);
            position = page.Next;
        }
    }

    /// <summary>Moves partitions while orders are placed, as another process does; one of them there and back.</summary>
    private async Task MoveAsync()
    {
        await using var mover = await DividedJournal.OpenAsync(_databases, Cancellation);
        foreach (var (partition, to) in ((int, int)[])[(0, 1), (3, 0), (6, 1), (0, 0), (9, 0)])
        {
            Assert.True(await new PartitionMove(mover.Databases, mover.Map, static _ => { }).RunAsync(partition, to, Cancellation));
        }
    }

    /// <summary>Everything that a database has of its own partitions.</summary>
    private static async Task<List<JournalRecord>> ReadEverythingAsync(IJournal journal, int number)
    {
        var own = await ReadEverythingAsync(journal.Databases[number]);
        return own.FindAll(record => journal.DatabaseOf(StreamNames.PartitionOf(record.Stream, DividedJournal.Partitions)) == number);
    }

    private static async Task<List<JournalRecord>> ReadEverythingAsync(IJournal database)
    {
        var all = new List<JournalRecord>();
        while (await database.ReadAllAsync(all.Count == 0 ? 0 : all[^1].Position, 5_000, Cancellation) is { Count: > 0 } page)
        {
            all.AddRange(page);
        }

        return all;
    }

    private async Task<WholeSilo> StartAsync()
    {
        // Many tests share the server.
        _databases = [await server.CreateDatabaseAsync() + ";Maximum Pool Size=15", await server.CreateDatabaseAsync() + ";Maximum Pool Size=15"];
        return await WholeSilo.StartAsync(
            new Dictionary<string, string?>
            {
                ["Granary:DataDirectory"] = _directory.FullName,
                ["Granary:Storage"] = "PostgreSql",
                ["ConnectionStrings:Granary"] = _databases[0],
                ["Granary:Journal:Databases:1"] = _databases[1],
                ["Granary:Webhooks:AllowHttp"] = "true",
                ["Granary:Webhooks:AllowPrivateTargets"] = "true",
            },
            Cancellation);
    }

    private static async Task OpenAsync(WholeSilo silo)
    {
        for (var i = 0; i < Skus; i++)
        {
            var item = silo.Grains.GetGrain<IStockGrain>(SkuOf(i));
            Assert.Null((await item.Define(new DefineProduct(SkuOf(i), null, 100, null, UserId.System))).Refusal);
            Assert.Null((await item.Adjust(new AdjustStock(1_000_000, "delivery", null, UserId.System))).Refusal);
        }

        for (var i = 0; i < Users; i++)
        {
            var user = silo.Grains.GetGrain<IUserGrain>(UserOf(i));
            Assert.Null((await user.Register(new RegisterUser($"user{i}", "hash", null, [Roles.Customer], UserId.System))).Refusal);
            Assert.Null((await user.Deposit(new DepositMoney(100_000_000, null, UserId.System))).Refusal);
        }
    }

    /// <summary>Places every order of a customer; in turn it stays unpaid, is cancelled or is paid.</summary>
    private static async Task<List<string>> OrderAsync(WholeSilo silo, int customer)
    {
        var placed = new List<string>();
        for (var i = customer; i < Orders; i += Customers)
        {
            var unpaid = placed.Count % 10 == 0;
            var id = await PlaceAsync(silo, i, 1 + (i % 5), unpaid ? TimeSpan.FromMilliseconds(1) : null);
            placed.Add(id);
            var order = silo.Grains.GetGrain<IOrderGrain>(id);
            var command = new OrderCommand(UserOf(i), null, null);
            if (!unpaid)
            {
                Assert.Null((i % 4 == 0 ? await order.Cancel(command, "no longer needed") : await order.Pay(command)).Refusal);
            }
        }

        return placed;
    }

    private static async Task<string> PlaceAsync(WholeSilo silo, int number, int lines, TimeSpan? patience = null)
    {
        var reply = await silo.Grains.GetGrain<IOrderGrain>(OrderId.New(DateTimeOffset.UtcNow)).Place(new PlaceOrder
        {
            UserId = UserOf(number),
            Lines = [.. Enumerable.Range(0, lines).Select(line => new RequestedLine(SkuOf(number + (line * 7)), 1))],
            By = UserOf(number),
            PaymentTimeout = patience,
        });
        Assert.Null(reply.Refusal);
        return reply.Order!.Id;
    }

    private static string SkuOf(int number) => $"SKU-{number % Skus}";

    private static string UserOf(int number) => UserId.From($"user{number % Users}");
}
