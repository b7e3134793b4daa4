using System.Globalization;
using System.Text;
using Granary.Domain.Events;
using Granary.Domain.Feed;
using Granary.Domain.Orders;
using Granary.Domain.Webhooks;
using Granary.Grains.Interfaces.Feed;
using Granary.Grains.Interfaces.Orders;
using Granary.Hosting.Settings;
using Granary.Journal;
using Granary.Silo.Tests.Streams;
using Granary.Testing;

namespace Granary.Silo.Tests.Feed;

/// <summary>
/// Readers of the feed while orders are placed, paid and cancelled: each gets what the journal has. <c>GRANARY_FEED_EVENTS</c> sets how
/// many events there are about; 3,000 by default.
/// </summary>
public sealed class EventFeedTests(SharedPostgres server) : IDisposable
{
    private const int Customers = 16;
    private const int EventsPerOrder = 6;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(200);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-feed-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static int Orders =>
        (int.TryParse(Environment.GetEnvironmentVariable("GRANARY_FEED_EVENTS"), CultureInfo.InvariantCulture, out var events) ? events : 3_000)
        / EventsPerOrder;

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(StorageKind.Sqlite)]
    [InlineData(StorageKind.PostgreSql)]
    public async Task A_reader_that_pages_follows_or_is_killed_at_random_ends_with_what_the_journal_has(StorageKind storage)
    {
        await using var silo = await WholeSilo.StartAsync(await SettingsAsync(storage), Cancellation);
        await silo.OpenAsync(stock: 1_000_000);
        var feed = silo.Service<IEventFeed>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Notebook[] notebooks = [new(), new(), new()];
        Task[] readers =
        [
            Task.Run(() => PageAsync(feed, notebooks[0], new Random(1), stop.Token), Cancellation),
            Task.Run(() => FollowAsync(feed, notebooks[1], stop.Token), Cancellation),
            Task.Run(() => FollowWithKillsAsync(feed, notebooks[2], new Random(2), stop.Token), Cancellation),
        ];

        await Task.WhenAll(Enumerable.Range(0, Customers).Select(customer => Task.Run(() => OrderAsync(silo, customer), Cancellation)));

        var journal = silo.Service<IJournal>();
        var all = await WholeAsync(journal);
        var expected = all.Where(record => PublicEvents.Has(record.Type)).ToList();
        await Eventually.HoldsAsync(
            () => readers.Any(reader => reader.IsFaulted) || notebooks.All(notebook => notebook.Count >= expected.Count),
            "all readers have all events",
            cancellation: Cancellation);
        await stop.CancelAsync();
        await Task.WhenAll(readers);

        var contents = ContentsOf(all);
        foreach (var notebook in notebooks)
        {
            Assert.Equal(
                expected.Select(record => (record.Position.ToString(CultureInfo.InvariantCulture), record.Stream, record.Version, record.Type)),
                notebook.Events.Select(read => (read.Position, read.Stream, read.Version, read.Type)));
            Assert.All(notebook.Events, read => Assert.Equal(
                contents[(read.Stream, read.Version)], Encoding.UTF8.GetString(read.Data.Span)));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{all.Count} events, {expected.Count} of them public");
    }

    private async Task<Dictionary<string, string?>> SettingsAsync(StorageKind storage) => new()
    {
        ["Granary:DataDirectory"] = _directory.FullName,
        ["Granary:Storage"] = storage.ToString(),
        ["ConnectionStrings:Granary"] = storage == StorageKind.PostgreSql ? await server.CreateDatabaseAsync() : null,
    };

    private static async Task OrderAsync(WholeSilo silo, int customer)
    {
        for (var i = customer; i < Orders; i += Customers)
        {
            var order = silo.Grains.GetGrain<IOrderGrain>((await silo.PlaceAsync()).Id);
            var command = new OrderCommand(WholeSilo.Customer, null, null);
            Assert.Null((i % 3 == 0 ? await order.Cancel(command, "no longer needed") : await order.Pay(command)).Refusal);
        }
    }

    private static async Task PageAsync(IEventFeed feed, Notebook notebook, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            FeedPage page = null!;
            await Eventually.HoldsAsync(
                async () =>
                {
                    page = await feed.ReadAsync(new FeedQuery(notebook.Position, random.Next(1, 101), []), Cancellation);
                    return page.Next != (notebook.Position ?? "0") || stop.IsCancellationRequested;
                },
                "there is more to read",
                cancellation: Cancellation);
            Assert.Null(page.Refusal);
            notebook.Take(page.Events, page.Next);
        }
    }

    private static async Task FollowAsync(IEventFeed feed, Notebook notebook, CancellationToken stop)
    {
        try
        {
            await foreach (var page in feed.FollowAsync(new FeedQuery(notebook.Position, 100, []), WholeSilo.Customer, Heartbeat, stop))
            {
                notebook.Take(page.Events, page.Next);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The test has ended.
        }
    }

    /// <summary>A consumer that keeps each event with its position and dies anywhere, also within a page.</summary>
    private static async Task FollowWithKillsAsync(IEventFeed feed, Notebook notebook, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var left = random.Next(1, 250);
            try
            {
                await foreach (var page in feed.FollowAsync(new FeedQuery(notebook.Position, 100, []), WholeSilo.Customer, Heartbeat, stop))
                {
                    foreach (var read in page.Events.Take(left))
                    {
                        notebook.Take([read], read.Position);
                    }

                    left -= page.Events.Count;
                    if (left <= 0)
                    {
                        break;
                    }
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The test has ended.
            }
        }
    }

    /// <summary>
    /// The whole journal, once no transaction of another test on the server holds back its end, and once the stock item has followed
    /// every order: it sells or releases after the order's own answer.
    /// </summary>
    private static async Task<List<JournalRecord>> WholeAsync(IJournal journal)
    {
        var all = new List<JournalRecord>();
        await Eventually.HoldsAsync(
            async () =>
            {
                while (await journal.ReadAllAsync(all.Count == 0 ? 0 : all[^1].Position, 5_000, Cancellation) is { Count: > 0 } page)
                {
                    all.AddRange(page);
                }

                return all.Count(record => JournalStream.KindOf(record.Stream) == StreamKind.Order) >= 2 * Orders
                    && all.Count(record => record.Type is "stock.sold" or "stock.released") >= Orders;
            },
            "the journal's events can be read",
            cancellation: Cancellation);
        return all;
    }

    /// <summary>What every public event says, from the journal alone.</summary>
    private static Dictionary<(string Stream, long Version), string> ContentsOf(List<JournalRecord> all)
    {
        var contents = new Dictionary<(string, long), string>();
        foreach (var stream in all.GroupBy(record => record.Stream))
        {
            var history = stream.ToList();
            foreach (var record in history.Where(record => PublicEvents.Has(record.Type)))
            {
                var data = JournalStream.KindOf(record.Stream) == StreamKind.Order
                    ? WebhookMessage.DataOf(
                        Aggregate.Fold<OrderState, OrderEvent>(
                            OrderState.Initial(JournalStream.KeyOf(record.Stream)), history.TakeWhile(other => other.Version <= record.Version)),
                        "USD")
                    : StockData.Write(record, "USD");
                contents[(record.Stream, record.Version)] = Encoding.UTF8.GetString(data);
            }
        }

        return contents;
    }

    /// <summary>What a reader has kept: the events, and the position with them.</summary>
    private sealed class Notebook
    {
        private readonly Lock _lock = new();
        private readonly List<FeedEvent> _events = [];

        public string? Position { get; private set; }

        public IReadOnlyList<FeedEvent> Events => _events;

        public int Count
        {
            get
            {
                lock (_lock)
                {
                    return _events.Count;
                }
            }
        }

        public void Take(IReadOnlyList<FeedEvent> events, string position)
        {
            lock (_lock)
            {
                _events.AddRange(events);
                Position = position;
            }
        }
    }
}
