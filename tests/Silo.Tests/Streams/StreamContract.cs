using Granary.Domain.Events;
using Granary.Journal;
using Granary.Streams;
using Granary.Testing;

namespace Granary.Silo.Tests.Streams;

/// <summary>The contract of the streams for every consumer and every database.</summary>
public abstract class StreamContract : IAsyncLifetime
{
    private const int Partitions = 16;

    private IStreamDatabase _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IStreamDatabase Database => _database;

    protected abstract Task<IStreamDatabase> CreateDatabaseAsync();

    public async ValueTask InitializeAsync() => _database = await CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Every_consumer_gets_every_event_once_and_in_order_per_order()
    {
        await using var cluster = await StreamCluster.StartAsync(_database);
        var orders = Enumerable.Range(0, 100).Select(i => $"o{i}").ToList();
        await Task.WhenAll(orders.Select(order => cluster.AppendAsync(order, 0, 5)));

        foreach (var consumer in new[] { RecordingConsumer.Name, SecondConsumer.Name })
        {
            await UntilComplete(cluster.Recorder, consumer, orders, 5);
            Assert.All(orders, order => Assert.Equal([1, 2, 3, 4, 5], cluster.Recorder.VersionsOf(consumer, JournalStream.OfOrder(order))));
        }
    }

    [Fact]
    public async Task A_plain_Orleans_subscriber_gets_what_is_appended_after_it_is_attached()
    {
        await using var cluster = await StreamCluster.StartAsync(_database);
        var sent = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                // Until the pulling agent knows the subscriber, an event can be missed.
                await cluster.Journal.AppendAsync(new JournalAppend(
                    "stock/sku", sent++, [new JournalEvent("stock.test", "{}"u8.ToArray(), DateTimeOffset.UtcNow)]));
                return cluster.Recorder.VersionsOf(PlainSubscriber.Name, "stock/sku").Count > 3;
            },
            "a plain subscriber gets events",
            cancellation: Cancellation);
        var versions = cluster.Recorder.VersionsOf(PlainSubscriber.Name, "stock/sku");
        Assert.Equal(Enumerable.Range((int)versions[0], versions.Count).Select(version => (long)version), versions);
    }

    [Fact]
    public async Task A_consumer_that_joins_later_reads_the_whole_history_including_events_no_longer_in_memory()
    {
        var orders = Enumerable.Range(0, 20).Select(i => $"late{i}").ToList();
        await AppendHistoryAsync(orders, 100);

        await using var cluster = await StreamCluster.StartAsync(_database);

        await UntilComplete(cluster.Recorder, RecordingConsumer.Name, orders, 100);
        Assert.All(orders, order => Assert.Equal(
            Enumerable.Range(1, 100).Select(version => (long)version),
            cluster.Recorder.VersionsOf(RecordingConsumer.Name, JournalStream.OfOrder(order))));
    }

    [Fact]
    public async Task A_consumer_resumes_from_its_checkpoint_after_a_restart_also_where_it_had_no_event()
    {
        var order = "restart";
        var quiet = (StreamNames.PartitionOf(JournalStream.OfOrder(order), Partitions) + 1) % Partitions;
        long end;
        await using (var first = await StreamCluster.StartAsync(_database))
        {
            await first.AppendAsync(order, 0, 10);
            await UntilComplete(first.Recorder, RecordingConsumer.Name, [order], 10);
            end = await first.DatabaseOf(quiet).ReadEndAsync(Cancellation);
            await Eventually.HoldsAsync(
                async () => await first.Consumer(RecordingConsumer.Name, quiet).GetPositionAsync() >= end, "the quiet partition is at the end", cancellation: Cancellation);
        }

        await using var second = await StreamCluster.StartAsync(_database);
        Assert.True(await second.Store.ReadCheckpointAsync(RecordingConsumer.Name, quiet, Cancellation) >= end);
        await second.AppendAsync(order, 10, 5);

        await Eventually.HoldsAsync(
            () => second.Recorder.VersionsOf(RecordingConsumer.Name, JournalStream.OfOrder(order)).Contains(15), "the new events arrive", cancellation: Cancellation);
        // A stopped silo saves its checkpoints: processed events do not come again.
        Assert.Equal([11, 12, 13, 14, 15], second.Recorder.VersionsOf(RecordingConsumer.Name, JournalStream.OfOrder(order)));
    }

    [Fact]
    public async Task A_consumer_that_fails_for_a_while_gets_all_events_after_it_recovers()
    {
        await using var cluster = await StreamCluster.StartAsync(_database);
        var failures = 0;
        cluster.Recorder.BeforeTaking = (consumer, record) =>
        {
            // An outage that lasts longer than the provider retries a delivery.
            if (consumer == RecordingConsumer.Name && record.Version == 3 && Interlocked.Increment(ref failures) <= 12)
            {
                throw new TimeoutException("The consumer's own database is away.");
            }
        };
        await cluster.AppendAsync("flaky", 0, 10);

        await UntilComplete(cluster.Recorder, RecordingConsumer.Name, ["flaky"], 10);
        await UntilComplete(cluster.Recorder, SecondConsumer.Name, ["flaky"], 10);
        Assert.True(failures > 12, "the outage took place");
        Assert.Empty(await cluster.Store.ReadDeadLettersAsync(RecordingConsumer.Name, 10, Cancellation));
        Assert.Equal(
            Enumerable.Range(1, 10).Select(version => (long)version),
            cluster.Recorder.DistinctVersionsOf(RecordingConsumer.Name, JournalStream.OfOrder("flaky")));
    }

    [Fact]
    public async Task A_poison_event_becomes_a_dead_letter_until_it_is_replayed_and_other_events_continue()
    {
        await using var cluster = await StreamCluster.StartAsync(_database);
        cluster.Recorder.BeforeTaking = (consumer, record) =>
        {
            if (consumer == RecordingConsumer.Name && record.Version == 4)
            {
                throw new InvalidOperationException("This event cannot be understood.");
            }
        };
        await cluster.AppendAsync("poison", 0, 8);

        var stream = JournalStream.OfOrder("poison");
        await Eventually.HoldsAsync(
            () => cluster.Recorder.DistinctVersionsOf(RecordingConsumer.Name, stream).SequenceEqual([1, 2, 3, 5, 6, 7, 8]),
            "the events around the poison arrive",
            cancellation: Cancellation);
        var letter = Assert.Single(await cluster.Store.ReadDeadLettersAsync(RecordingConsumer.Name, 10, Cancellation));
        Assert.Equal((stream, 4, "order.test"), (letter.Stream, letter.Version, letter.Type));
        Assert.Contains("cannot be understood", letter.Error, StringComparison.Ordinal);

        // The consumer pauses after a delivery, not after each event that it retries alone.
        await Eventually.HoldsAsync(() => cluster.Recorder.Pauses.Sum() == 8, "each event is in one delivery", cancellation: Cancellation);

        cluster.Recorder.BeforeTaking = null;
        var taken = await cluster.Consumer(RecordingConsumer.Name, letter.Partition).ReplayAsync([letter.Position]);

        Assert.Equal(1, taken);
        Assert.Equal(8, cluster.Recorder.Pauses.Sum());
        Assert.Contains(4, cluster.Recorder.VersionsOf(RecordingConsumer.Name, stream));
        Assert.Empty(await cluster.Store.ReadDeadLettersAsync(RecordingConsumer.Name, 10, Cancellation));
    }

    [Fact]
    public async Task A_rewound_consumer_gets_the_events_after_the_position_again_and_others_do_not()
    {
        await using var cluster = await StreamCluster.StartAsync(_database);
        await cluster.AppendAsync("again", 0, 200);
        await UntilComplete(cluster.Recorder, RecordingConsumer.Name, ["again"], 200);
        await UntilComplete(cluster.Recorder, SecondConsumer.Name, ["again"], 200);
        var stream = JournalStream.OfOrder("again");
        var fiftieth = (await cluster.Journal.ReadStreamAsync(stream, 49, Cancellation))[0].Position;

        await cluster.Consumer(RecordingConsumer.Name, StreamNames.PartitionOf(stream, Partitions)).RewindAsync(fiftieth);

        await Eventually.HoldsAsync(
            () => cluster.Recorder.VersionsOf(RecordingConsumer.Name, stream).Count >= 350, "the rewound events arrive", cancellation: Cancellation);
        Assert.Equal(
            Enumerable.Range(1, 200).Concat(Enumerable.Range(51, 150)).Select(version => (long)version),
            cluster.Recorder.VersionsOf(RecordingConsumer.Name, stream));
        Assert.Equal(200, cluster.Recorder.VersionsOf(SecondConsumer.Name, stream).Count);
    }

    [Fact]
    public async Task The_partitions_are_spread_over_the_silos_and_a_new_silo_takes_its_share()
    {
        await using var cluster = await StreamCluster.StartAsync(_database, silos: 2);
        var orders = Enumerable.Range(0, 64).Select(i => $"spread{i}").ToList();
        Assert.Equal(Partitions, orders.Select(order => StreamNames.PartitionOf(JournalStream.OfOrder(order), Partitions)).Distinct().Count());
        long version = 0;

        await UntilReadBy(2);
        await cluster.Orleans.StartAdditionalSiloAsync(startAdditionalSiloOnNewPort: true);
        await UntilReadBy(3);

        await UntilComplete(cluster.Recorder, RecordingConsumer.Name, orders, (int)version);

        // Orleans decides when it moves partitions: repeated rounds of events show which silos read them now.
        Task UntilReadBy(int silos) => Eventually.HoldsAsync(
            async () =>
            {
                await Task.WhenAll(orders.Select(order => cluster.AppendAsync(order, version, 1)));
                version++;
                await UntilComplete(cluster.Recorder, RecordingConsumer.Name, orders, (int)version);
                return cluster.Recorder.Deliveries.Where(delivery => delivery.Version == version).Select(delivery => delivery.Silo).Distinct().Count() == silos;
            },
            $"{silos} silos share the partitions",
            cancellation: Cancellation);
    }

    [Fact]
    public async Task A_silo_that_is_killed_in_mid_delivery_loses_no_event_for_any_consumer()
    {
        await using var cluster = await StreamCluster.StartAsync(_database, silos: 3);
        var orders = Enumerable.Range(0, 64).Select(i => $"killed{i}").ToList();
        var appending = Task.WhenAll(orders.Select(order => cluster.AppendAsync(order, 0, 40)));
        await Eventually.HoldsAsync(() => cluster.Recorder.Deliveries.Count > 500, "deliveries are under way", cancellation: Cancellation);

        await cluster.Orleans.KillSiloAsync(cluster.Orleans.Silos[2], Cancellation);
        await appending;

        foreach (var consumer in new[] { RecordingConsumer.Name, SecondConsumer.Name })
        {
            await UntilComplete(cluster.Recorder, consumer, orders, 40);
            Assert.All(orders, order => Assert.Equal(
                Enumerable.Range(1, 40).Select(version => (long)version),
                cluster.Recorder.DistinctVersionsOf(consumer, JournalStream.OfOrder(order))));
        }
    }

    private static Task UntilComplete(Recorder recorder, string consumer, IEnumerable<string> orders, int count) => Eventually.HoldsAsync(
        () =>
        {
            var got = recorder.Deliveries.Where(delivery => delivery.Consumer == consumer).Select(delivery => (delivery.Stream, delivery.Version)).ToHashSet();
            return orders.All(order => Enumerable.Range(1, count).All(version => got.Contains((JournalStream.OfOrder(order), version))));
        },
        $"{consumer} gets {count} events of every order",
        cancellation: Cancellation);

    private async Task AppendHistoryAsync(List<string> orders, int count)
    {
        foreach (var some in orders.GroupBy(order => _database.StoreOf(JournalStream.OfOrder(order))))
        {
            var outcomes = new Exception?[some.Count()];
            for (var version = 0; version < count; version++)
            {
                await some.Key.AppendBatchAsync(
                    [.. some.Select(order => new JournalAppend(
                        JournalStream.OfOrder(order), version, [new JournalEvent("order.test", "{}"u8.ToArray(), DateTimeOffset.UtcNow)]))],
                    outcomes);
                Assert.All(outcomes, Assert.Null);
            }
        }
    }
}
