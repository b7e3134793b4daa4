using BenchmarkDotNet.Attributes;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Journal;
using Granary.Journal.Sqlite;

namespace Granary.Micro;

/// <summary>
/// Appends concurrently to a SQLite file that is flushed at every commit. The figure is the time until all appends are durable;
/// divided by their number, it shows how group commit shares the cost of one flush.
/// </summary>
[MemoryDiagnoser]
public class JournalBenchmarks : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-micro-").FullName;
    private readonly JournalMetrics _metrics = new();
    private SqliteJournal _store = null!;
    private GroupCommitJournal _journal = null!;
    private JournalEvent _event;
    private long _streams;

    /// <summary>Number of concurrent appends.</summary>
    [Params(1, 128)]
    public int AtOnce { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _event = OrderEvent.Codec.Encode(Samples.Placed(1), Samples.Noon, null);
        _store = new(Path.Combine(_directory, "journal.db"), new JournalStoreOptions());
        await _store.InitializeAsync(CancellationToken.None);
        _journal = new(_store, _metrics);
    }

    [Benchmark]
    public Task Append() => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ =>
        _journal.AppendAsync(new($"order/{Interlocked.Increment(ref _streams)}", 0, [_event]))));

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _journal.DisposeAsync();
        await _store.DisposeAsync();
        _metrics.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
