using System.Collections.Concurrent;
using Granary.Domain.Events;
using Granary.Streams;
using Granary.Streams.Views;
using Granary.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Silo.Tests.Streams;

/// <summary>Faults of SQLite's files: no event is set aside, and when the fault is over every event is processed.</summary>
public sealed class SqliteOutageTests : IAsyncLifetime
{
    /// <summary>One failed batch and five attempts at an event: then a consumer that blamed the event would set it aside.</summary>
    private const int EnoughFaults = 6;

    private const string Order = "outage";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-outage-");
    private IStreamDatabase _database = null!;

    /// <summary>The faults that can be made on a real file.</summary>
    public enum Fault
    {
        /// <summary>Another process holds it.</summary>
        Locked,

        /// <summary>It is no database: something overwrote it.</summary>
        Overwritten,

        /// <summary>It cannot be opened.</summary>
        Unopenable,

        /// <summary>Its tables are gone: the file was removed, and SQLite created an empty one.</summary>
        Removed,
    }

    public static TheoryData<Fault> Faults => [.. Enum.GetValues<Fault>()];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string ViewFile => Path.Combine(_directory.FullName, "other.db");

    public async ValueTask InitializeAsync() => _database = await SqliteStreamDatabase.CreateAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_view_whose_file_fails_sets_no_event_aside_and_gets_every_event_afterwards(Fault fault)
    {
        await using var views = await CreateViewsAsync(patience: TimeSpan.FromSeconds(1));
        var view = new SqlStreamStore(views);
        var faults = new ConcurrentQueue<Exception>();
        var recorder = new Recorder
        {
            Work = async events =>
            {
                try
                {
                    await RememberAsync(view, events);
                }
                catch (Exception thrown)
                {
                    faults.Enqueue(thrown);
                    throw;
                }
            },
        };
        await using var cluster = await StreamCluster.StartAsync(_database, recorder);
        await using (Break(fault))
        {
            await cluster.AppendAsync(Order, 0, 3);
            await Eventually.HoldsAsync(() => faults.Count >= EnoughFaults, "the view fails", cancellation: Cancellation);
        }

        await UntilCompleteAsync(recorder);
        Assert.All(faults, thrown => Assert.IsType<SqliteException>(thrown));
        Assert.Empty(await cluster.Store.ReadDeadLettersAsync(null, 10, Cancellation));
    }

    [Fact]
    public async Task A_consumer_that_waits_for_a_locked_file_longer_than_a_delivery_is_retried_leaves_no_dead_letter()
    {
        await using var views = await CreateViewsAsync(patience: TimeSpan.FromMinutes(1));
        var view = new SqlStreamStore(views);
        var recorder = new Recorder { Work = events => RememberAsync(view, events) };
        using var log = new GivenUp();
        await using var cluster = await StreamCluster.StartAsync(_database, recorder, log: log, responseTimeout: TimeSpan.FromSeconds(1));
        await using (Break(Fault.Locked))
        {
            await cluster.AppendAsync(Order, 0, 3);
            await Eventually.HoldsAsync(() => log.Events > 0, "Orleans gives up a delivery", cancellation: Cancellation);
        }

        await UntilCompleteAsync(recorder);
        Assert.Empty(await cluster.Store.ReadDeadLettersAsync(null, 10, Cancellation));
    }

    private static Task RememberAsync(SqlStreamStore view, IReadOnlyList<JournalRecord> events) =>
        view.SaveCheckpointAsync(new StreamCheckpoint("view", 0, events[^1].Position), CancellationToken.None);

    private static Task UntilCompleteAsync(Recorder recorder) => Eventually.HoldsAsync(
        () => recorder.DistinctVersionsOf(RecordingConsumer.Name, JournalStream.OfOrder(Order)).SequenceEqual([1, 2, 3]),
        "every event arrives",
        cancellation: Cancellation);

    /// <summary>Views in a file with tables that no connection holds open.</summary>
    private async Task<SqliteViews> CreateViewsAsync(TimeSpan patience)
    {
        await using (var created = new SqliteViews(ViewFile))
        {
            await created.MigrateAsync(Cancellation);
        }

        return new SqliteViews(ViewFile, patience: patience);
    }

    /// <summary>Breaks the file until the result is disposed of.</summary>
    private IAsyncDisposable Break(Fault fault)
    {
        if (fault == Fault.Locked)
        {
            var holder = new SqliteConnection($"Data Source={ViewFile};Pooling=False");
            holder.Open();
            using var command = new SqliteCommand("BEGIN EXCLUSIVE", holder);
            command.ExecuteNonQuery();
            return holder;
        }

        var aside = ViewFile + ".aside";
        File.Move(ViewFile, aside);
        switch (fault)
        {
            case Fault.Overwritten:
                File.WriteAllText(ViewFile, string.Concat(Enumerable.Repeat("no database ", 1_000)));
                break;
            case Fault.Unopenable:
                Directory.CreateDirectory(ViewFile);
                break;
            default:
                break;
        }

        return new Mended(() =>
        {
            if (Directory.Exists(ViewFile))
            {
                Directory.Delete(ViewFile);
            }

            File.Delete(ViewFile + "-wal");
            File.Delete(ViewFile + "-shm");
            File.Move(aside, ViewFile, overwrite: true);
        });
    }

    private sealed class Mended(Action mend) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            mend();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Counts the events of deliveries that Orleans gave up.</summary>
    private sealed class GivenUp : ILoggerProvider, ILogger
    {
        private int _events;

        public int Events => Volatile.Read(ref _events);

        public ILogger CreateLogger(string categoryName) =>
            categoryName == typeof(JournalFailureHandler).FullName ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var count = (state as IReadOnlyList<KeyValuePair<string, object?>>)?.FirstOrDefault(value => value.Key == "Count").Value;
            Interlocked.Add(ref _events, count as int? ?? 0);
        }

        public void Dispose()
        {
        }
    }
}
