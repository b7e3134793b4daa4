using Granary.Domain.Events;
using Granary.Journal;
using Granary.Streams.Views;

namespace Granary.Grains.Orders.Index;

/// <summary>
/// Fills rows of the index that a silo of release 0.1.0 has written, which lack what lists filter by since: those of a store that is
/// upgraded, and those that old silos write during a rolling upgrade. One silo at a time does it. Without such rows it costs a look-up in an
/// empty index every few seconds. It also adds up the counts of orders, which every silo may do at any time.
/// </summary>
public sealed partial class OrderIndexFiller(
    OrderIndex index,
    OrderCounts counts,
    IJournal journal,
    IViewDatabase database,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<OrderIndexFiller> logger) : BackgroundService
{
    private const int PageLength = 500;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Lease _lease = new(database, clock, "order-index-filler", TimeSpan.FromSeconds(30));

    /// <summary>Fills every row that lacks something.</summary>
    /// <returns>How many orders were written.</returns>
    public async Task<long> FillAsync(CancellationToken cancellationToken)
    {
        var (filled, after) = (0L, "");
        while (await index.UnfilledAsync(after, PageLength, cancellationToken) is { Count: > 0 } ids && await _lease.TryHoldAsync(cancellationToken))
        {
            // An order that cannot be read is passed over; verify lists it.
            after = ids[^1];
            var orders = await OrderHistory.ReadAsync(journal, [.. ids.Select(JournalStream.OfOrder)], cancellationToken);
            await index.UpsertAsync([.. orders.Select(OrderIndexEntry.Of)], cancellationToken);
            filled += orders.Count;
        }

        if (filled > 0)
        {
            await _lease.TryReleaseAsync(cancellationToken);
        }

        return filled;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period, clock);
        do
        {
            try
            {
                if (await FillAsync(stoppingToken) is > 0 and var filled)
                {
                    Filled(filled);
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // The database is unavailable; the next tick retries.
                FillFailed(fault);
            }

            try
            {
                // Also while rows cannot be filled: otherwise every count would read more rows from one tick to the next.
                await counts.AddUpAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                AddUpFailed(fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Filled {Count} orders of an earlier release in the index of orders.")]
    private partial void Filled(long count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The index of orders could not be filled; it will be tried again.")]
    private partial void FillFailed(Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The counts of orders could not be added up; it will be tried again.")]
    private partial void AddUpFailed(Exception fault);
}
