using Granary.Grains.Interfaces;
using Granary.Streams.Views;
using Microsoft.Data.Sqlite;

namespace Granary.Silo.Tests.Streams;

/// <summary>Concurrent callers share a statement, and no caller gets the result of another.</summary>
public sealed class SharedWorkTests : IDisposable
{
    /// <summary>An item for which the database is unavailable.</summary>
    private const int Away = -100;

    private readonly List<int[]> _written = [];
    private readonly SemaphoreSlim _permits = new(0);
    private readonly Lock _lock = new();
    private int _begun;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _permits.Dispose();

    [Fact]
    public async Task Items_that_arrive_during_a_write_share_the_next_one()
    {
        using var combiner = new WriteCombiner<int>(WriteAsync, most: 100);
        var first = await BeginAsync(combiner);
        Task[] others = [combiner.WriteAsync([2, 3], Cancellation), combiner.WriteAsync([4], Cancellation), combiner.WriteAsync([], Cancellation)];

        _permits.Release();
        await first;
        Assert.All(others, other => Assert.False(other.IsCompleted));
        _permits.Release();
        await Task.WhenAll(others);

        Assert.Equal([[1], [2, 3, 4]], _written);
    }

    [Fact]
    public async Task A_statement_is_closed_when_it_is_full()
    {
        using var combiner = new WriteCombiner<int>(WriteAsync, most: 2);
        Task[] all = [.. Enumerable.Range(1, 6).Select(item => combiner.WriteAsync([item], Cancellation))];

        _permits.Release(6);
        await Task.WhenAll(all);

        Assert.Equal(Enumerable.Range(1, 6), _written.SelectMany(items => items).Order());
        Assert.All(_written, items => Assert.InRange(items.Length, 1, 2));
    }

    [Fact]
    public async Task An_error_reaches_only_the_caller_whose_items_caused_it()
    {
        using var combiner = new WriteCombiner<int>(WriteAsync, most: 100);
        var first = await BeginAsync(combiner);
        var wrong = combiner.WriteAsync([2, -3], Cancellation);
        var right = combiner.WriteAsync([4], Cancellation);

        _permits.Release(10);
        await first;
        await Assert.ThrowsAsync<ArgumentException>(() => wrong);
        await right;

        Assert.Contains(_written, items => items is [4]);
        Assert.DoesNotContain(_written, items => items.Contains(-3));
    }

    [Fact]
    public async Task An_outage_reaches_all_callers_at_once()
    {
        using var combiner = new WriteCombiner<int>(WriteAsync, most: 100);
        var first = await BeginAsync(combiner);
        Task[] others = [combiner.WriteAsync([Away], Cancellation), combiner.WriteAsync([3], Cancellation)];

        _permits.Release(10);
        await first;

        foreach (var other in others)
        {
            await Assert.ThrowsAsync<SqliteException>(() => other);
        }

        Assert.Equal(2, _begun);
    }

    [Fact]
    public async Task A_caller_that_cancels_does_not_stop_the_writes_of_others()
    {
        using var combiner = new WriteCombiner<int>(WriteAsync, most: 100);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var first = await BeginAsync(combiner);
        var impatient = combiner.WriteAsync([2], patience.Token);
        var patient = combiner.WriteAsync([3], Cancellation);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        _permits.Release(10);
        await Task.WhenAll(first, patient);

        Assert.Contains(3, _written.SelectMany(items => items));
    }

    [Fact]
    public async Task A_caller_does_not_get_the_result_of_a_read_that_began_before_the_call()
    {
        var shared = new SharedRead<int>(() => ReadAsync());
        var first = shared.ReadAsync();
        await Testing.Eventually.HoldsAsync(() => Volatile.Read(ref _begun) == 1, "the first read began", cancellation: Cancellation);
        Task<int>[] others = [shared.ReadAsync(), shared.ReadAsync()];

        _permits.Release(2);

        Assert.Equal(1, await first);
        var answers = await Task.WhenAll(others);
        Assert.Equal([2, 2], answers);
    }

    [Fact]
    public async Task A_failed_read_fails_only_for_the_callers_that_shared_it()
    {
        var shared = new SharedRead<int>(() => ReadAsync(failing: 1));
        var first = shared.ReadAsync();
        var second = shared.ReadAsync();

        _permits.Release(2);

        await Assert.ThrowsAsync<TimeoutException>(() => first);
        Assert.Equal(2, await second);
    }

    private async Task WriteAsync(IReadOnlyList<int> items)
    {
        Interlocked.Increment(ref _begun);
        await _permits.WaitAsync(Cancellation);
        lock (_lock)
        {
            _written.Add(
                items.Contains(Away) ? throw new SqliteException("database is locked", SQLitePCL.raw.SQLITE_BUSY)
                : items.Any(item => item < 0) ? throw new ArgumentException("negative")
                : [.. items]);
        }
    }

    /// <summary>Answers with the number of the read.</summary>
    private async Task<int> ReadAsync(int failing = 0)
    {
        var number = Interlocked.Increment(ref _begun);
        await _permits.WaitAsync(Cancellation);
        return number == failing ? throw new TimeoutException() : number;
    }

    /// <summary>Starts a write that stays in progress until a permit comes.</summary>
    private async Task<Task> BeginAsync(WriteCombiner<int> combiner)
    {
        var first = combiner.WriteAsync([1], Cancellation);
        await Testing.Eventually.HoldsAsync(() => Volatile.Read(ref _begun) == 1, "the first write began", cancellation: Cancellation);
        return first;
    }
}
