using System.Data.Common;
using Granary.Streams.Views;
using Granary.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Silo.Tests.Streams;

/// <summary>A job that one process at a time does, on a clock that the test moves.</summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IStreamDatabase _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await SqliteStreamDatabase.CreateAsync(Cancellation);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_job_keeps_the_lease_however_long_it_takes_and_no_longer()
    {
        var (lease, other) = (NewLease(), NewLease());
        var running = lease.RunAsync(JobAsync, Cancellation);
        await _begun.Task.WaitAsync(Cancellation);
        for (var second = 0; second < 10; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Eventually.HoldsAsync(async () => await EndAsync() == _clock.GetUtcNow() + Duration, "the lease is renewed", cancellation: Cancellation);
            Assert.False(await other.TryHoldAsync(Cancellation));
        }

        _end.SetResult();
        await running;

        _clock.Advance(Duration + TimeSpan.FromSeconds(1));
        Assert.True(await other.TryHoldAsync(Cancellation));
    }

    [Fact]
    public async Task A_job_is_not_begun_while_another_process_has_the_lease()
    {
        Assert.True(await NewLease().TryHoldAsync(Cancellation));

        await NewLease().RunAsync(JobAsync, Cancellation);

        Assert.False(_begun.Task.IsCompleted);
    }

    [Fact]
    public async Task A_job_is_cancelled_when_another_process_has_the_lease()
    {
        await RenewedAfterAsync("UPDATE lease SET holder = 'another process'");

        Assert.False(_end.Task.IsCompleted);
    }

    [Fact]
    public async Task A_job_is_cancelled_and_its_caller_is_told_when_the_lease_cannot_be_renewed() =>
        await Assert.ThrowsAnyAsync<DbException>(() => RenewedAfterAsync("DROP TABLE lease"));

    [Fact]
    public async Task The_fault_of_a_job_is_passed_on()
    {
        _end.SetException(new InvalidOperationException("of the job"));

        Assert.Equal("of the job", (await Assert.ThrowsAsync<InvalidOperationException>(() => NewLease().RunAsync(JobAsync, Cancellation))).Message);
    }

    private Lease NewLease() => new(_database.Views, _clock, "job", Duration);

    /// <summary>Runs a job without an end until the lease is to be renewed, after something has happened to it.</summary>
    private async Task RenewedAfterAsync(string statement)
    {
        var running = NewLease().RunAsync(JobAsync, Cancellation);
        await _begun.Task.WaitAsync(Cancellation);
        await _database.Views.WriteAsync((connection, cancellation) => connection.Command(statement).ExecuteAsync(cancellation), Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await running;
    }

    private Task JobAsync(CancellationToken held)
    {
        _begun.SetResult();
        return _end.Task.WaitAsync(held);
    }

    private async Task<DateTimeOffset> EndAsync() => ViewStatements.FromMicroseconds(Assert.Single(await _database.Views.ReadAsync(
        (connection, cancellation) => connection.Command("SELECT until FROM lease").QueryAsync(row => row.GetInt64(0), cancellation), Cancellation)));
}
