using System.Data.Common;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Orders.Index;
using Granary.Grains.Stock;
using Granary.Grains.Webhooks;
using Orleans.Concurrency;
using Orleans.Runtime.Placement;

namespace Granary.Grains.BackOffice;

/// <summary>
/// Computes the figures at most once a second, and only when they are asked for; calls that come meanwhile wait for the same computation.
/// Minutes that are over are counted once.
/// </summary>
[Reentrant]
public sealed class StatisticsGrain(
    OrderCounts orders, DeliveryStore deliveries, StockList stock, ICurrent<LowStockOptions> lowStock, TimeProvider clock) : Grain, IStatisticsGrain
{
    private const int Minutes = 60;

    /// <summary>The minutes that are counted anew: an order comes into the index a moment after it was placed.</summary>
    private const int OpenMinutes = 2;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    /// <summary>A silo that does not answer is being lost, and must not hold up the figures of the others.</summary>
    private static readonly TimeSpan SiloPatience = TimeSpan.FromMilliseconds(500);

    private Dictionary<long, long> _byMinute = [];
    private long _countedTo;
    private Task<Statistics>? _current;
    private long _began;

    /// <inheritdoc/>
    public Task<Statistics> Read()
    {
        var isUsable = _current is { IsCompleted: false } || (_current is { IsCompletedSuccessfully: true } && clock.GetElapsedTime(_began) < Freshness);
        if (!isUsable)
        {
            _began = clock.GetTimestamp();
            _current = ComputeAsync();
        }

        return _current!;
    }

    private async Task<Statistics> ComputeAsync()
    {
        var now = clock.GetUtcNow();
        try
        {
            var byStatus = orders.ByStatusAsync(CancellationToken.None);
            var pending = deliveries.CountPendingAsync(CancellationToken.None);
            var perMinute = PerMinuteAsync(now);
            var lag = LagAsync();
            var low = stock.CountAsync(lowStock.Value.Threshold, CancellationToken.None);
            await Task.WhenAll(byStatus, pending, perMinute, lag, low);
            return new Statistics(now, await byStatus, await perMinute, await lag, await pending, await low);
        }
        catch (DbException fault)
        {
            // The database driver's exceptions are unknown to a front end in a separate process.
            throw new OrderIndexUnavailableException($"The figures cannot be read: {fault.Message}");
        }
    }

    private async Task<IReadOnlyList<long>> PerMinuteAsync(DateTimeOffset now)
    {
        var current = now.ToUnixTimeSeconds() / 60;
        var first = current - Minutes + 1;
        var from = Math.Max(first, Math.Min(_countedTo, current - OpenMinutes + 1));
        var counted = await orders.ByMinuteAsync(from, current + 1, CancellationToken.None);
        _byMinute = _byMinute.Where(minute => minute.Key >= first && minute.Key < from).Concat(counted).ToDictionary();
        _countedTo = current;
        return [.. Enumerable.Range(0, Minutes).Select(i => _byMinute.GetValueOrDefault(first + i))];
    }

    /// <summary>The lag of each consumer on the silo where it is furthest behind.</summary>
    private async Task<IReadOnlyDictionary<string, double>> LagAsync()
    {
        var hosts = await GrainFactory.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true);
        var answers = await Task.WhenAll(hosts.Keys.Select(LagOnAsync));
        return answers.SelectMany(lags => lags)
            .GroupBy(lag => lag.Key, StringComparer.Ordinal)
            .ToDictionary(lags => lags.Key, lags => lags.Max(lag => lag.Value), StringComparer.Ordinal);
    }

    private async Task<IReadOnlyDictionary<string, double>> LagOnAsync(SiloAddress silo)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        try
        {
            return await GrainFactory.GetGrain<ISiloLagGrain>(silo.ToParsableString()).Lags().WaitAsync(SiloPatience, clock);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            return new Dictionary<string, double>();
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }
}
