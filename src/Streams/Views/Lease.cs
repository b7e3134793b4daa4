using System.Data.Common;

namespace Granary.Streams.Views;

/// <summary>
/// A job that only one process at a time does; another process takes it over when the holder stops renewing. PostgreSQL's clock is
/// the one that counts there. A lease that would last for more than twice its duration was taken before a clock was set back, and no
/// longer holds. Two processes may briefly hold the lease, so the job must tolerate being done twice.
/// </summary>
/// <param name="name">The job.</param>
/// <param name="duration">How long the lease is held without renewal.</param>
public sealed class Lease(IViewDatabase database, TimeProvider clock, string name, TimeSpan duration)
{
    private readonly string _holder = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";

    /// <summary>Takes or renews the lease.</summary>
    /// <returns>Whether this process holds it now.</returns>
    public Task<bool> TryHoldAsync(CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, cancellation) =>
        {
            var now = database.Dialect == SqlDialect.PostgreSql ? "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint" : "@now";
            var held = await connection.Command(
                $"""
                INSERT INTO lease (name, holder, until) VALUES (@name, @holder, {now} + @duration)
                ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
                WHERE lease.until NOT BETWEEN {now} AND {now} + 2 * @duration OR lease.holder = excluded.holder
                """,
                ("name", name),
                ("holder", _holder),
                ("duration", (long)duration.TotalMicroseconds),
                ("now", clock.GetUtcNow().ToMicroseconds())).ExecuteAsync(cancellation);
            return held == 1;
        },
        cancellationToken);

    /// <summary>
    /// Does a job if this process gets the lease, and renews the lease meanwhile, however long the job takes. The job is cancelled when
    /// another process has the lease, or when it cannot be renewed.
    /// </summary>
    /// <exception cref="DbException">The lease could not be taken or renewed.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (!await TryHoldAsync(cancellationToken))
        {
            return;
        }

        using var held = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = RenewAsync(held, ended.Token);
        try
        {
            await job(held.Token);
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Another process does the rest.
        }
        finally
        {
            await ended.CancelAsync();
            await renewing;
        }
    }

    /// <summary>
    /// Releases the lease if this process holds it. If the database is unavailable or no time is left, the lease expires by
    /// itself.
    /// </summary>
    /// <returns>The fault that prevented the release, or null.</returns>
    public async Task<Exception?> TryReleaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.WriteAsync(
                (connection, cancellation) => connection
                    .Command("DELETE FROM lease WHERE name = @name AND holder = @holder", ("name", name), ("holder", _holder))
                    .ExecuteAsync(cancellation),
                cancellationToken);
            return null;
        }
        catch (Exception fault) when (fault is DbException or OperationCanceledException)
        {
            return fault;
        }
    }

    /// <summary>Renews the lease until the job has ended; cancels the job if that fails.</summary>
    private async Task RenewAsync(CancellationTokenSource held, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(duration / 3, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ended) && await TryHoldAsync(ended))
            {
            }

            await held.CancelAsync();
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The job has ended.
        }
        catch
        {
            await held.CancelAsync();
            throw;
        }
    }
}
