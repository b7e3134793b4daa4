using System.Data.Common;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Orders.Index;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Stock;
using Granary.Grains.Webhooks;
using Orleans.Concurrency;
using Orleans.Runtime.Placement;

namespace Granary.Grains.BackOffice;

/// <summary>
/// Computes the figures at most once an interval, and only when they are asked for; calls that come meanwhile wait for the same computation.
/// Minutes that are over are counted once.
/// </summary>
[Reentrant]
public sealed class StatisticsGrain(
    OrderCounts orders, DeliveryStore deliveries, StockList stock, ICurrent<LowStockOptions> lowStock, StatisticsOptions options, TimeProvider clock)
    : Grain, IStatisticsGrain
{
    private const int Minutes = 60;

    /// <summary>
    /// An order comes into the index within a second after it was placed, and as much later as the index lags behind. A minute that has been
    /// over for longer is not counted again.
    /// </summary>
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(5);

    /// <summary>Where no silo tells the lag of the index.</summary>
    private static readonly TimeSpan UnknownLateness = TimeSpan.FromMinutes(2);

    /// <summary>A silo that does not answer is being lost, and must not hold up the figures of the others.</summary>
    private static readonly TimeSpan SiloPatience = TimeSpan.FromMilliseconds(500);

    private Dictionary<long, long> _byMinute = [];
    private long _open;
    private Task<Statistics>? _current;
    private long _began;

    /// <inheritdoc/>
    public Task<Statistics> Read()
    {
        var isUsable = _current is { IsCompleted: false } || (_current is { IsCompletedSuccessfully: true } && clock.GetElapsedTime(_began) < options.Interval);
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
            SiloAddress[] silos = [.. (await GrainFactory.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Keys];
            var lag = LagAsync(silos);
            var perMinute = PerMinuteAsync(now, lag);
            var recent = RecentAsync(silos);
            var low = stock.CountAsync(lowStock.Value.Threshold, CancellationToken.None);
            await Task.WhenAll(byStatus, pending, perMinute, lag, recent, low);
            return new Statistics(now, await byStatus, await perMinute, await lag, await pending, await low, await recent);
        }
        catch (DbException fault)
        {
            // The database driver's exceptions are unknown to a front end in a separate process.
            throw new OrderIndexUnavailableException($"The figures cannot be read: {fault.Message}");
        }
    }

    private async Task<IReadOnlyList<long>> PerMinuteAsync(DateTimeOffset now, Task<IReadOnlyDictionary<string, double>> lag)
    {
        var current = MinuteOf(now);
        var first = current - Minutes + 1;
        var from = Math.Max(first, _open);
        var counted = await orders.ByMinuteAsync(from, current + 1, CancellationToken.None);
        _byMinute = _byMinute.Where(minute => minute.Key >= first && minute.Key < from).Concat(counted).ToDictionary();
        var late = (await lag).TryGetValue(OrderIndexConsumer.Name, out var seconds) ? TimeSpan.FromSeconds(seconds) + Lateness : UnknownLateness;
        _open = Math.Max(_open, MinuteOf(now - late));
        return [.. Enumerable.Range(0, Minutes).Select(i => _byMinute.GetValueOrDefault(first + i))];
    }

    private static long MinuteOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / 60;

    /// <summary>The lag of each consumer on the silo where it is furthest behind.</summary>
    private async Task<IReadOnlyDictionary<string, double>> LagAsync(SiloAddress[] silos)
    {
        var answers = await AskAsync<ISiloLagGrain, IReadOnlyDictionary<string, double>>(silos, static silo => silo.Lags());
        return answers.SelectMany(answer => answer.Value)
            .GroupBy(lag => lag.Key, StringComparer.Ordinal)
            .ToDictionary(lags => lags.Key, lags => lags.Max(lag => lag.Value), StringComparer.Ordinal);
    }

    private async Task<RecentFigures> RecentAsync(SiloAddress[] silos)
    {
        var answers = await AskAsync<ISiloFiguresGrain, SiloFigures>(silos, static silo => silo.Read());

        // Where a silo of the previous release does not know the grain, another silo has answered in its place.
        var figures = answers.Where(answer => answer.Value.Silo == answer.Key.ToParsableString()).Select(answer => answer.Value).ToList();
        var placements = figures.SelectMany(silo => silo.Placements)
            .GroupBy(count => count.Key)
            .ToDictionary(counts => counts.Key, counts => counts.Sum(count => count.Value));
        var breakers = figures.SelectMany(silo => silo.Breakers)
            .GroupBy(breaker => breaker.Key, StringComparer.Ordinal)
            .ToDictionary(states => states.Key, states => states.MaxBy(state => Words.Find<BreakerState>(state.Value)).Value, StringComparer.Ordinal);
        return new RecentFigures(
            silos.Length,
            placements.Values.Sum(),
            PlacingTimes.Percentile(placements, 0.5),
            PlacingTimes.Percentile(placements, 0.99),
            figures.Sum(silo => silo.Deducted),
            figures.Sum(silo => silo.Refused),
            breakers);
    }

    /// <summary>Asks a grain of each silo. Silos that do not answer are left out.</summary>
    private async Task<IReadOnlyList<KeyValuePair<SiloAddress, TAnswer>>> AskAsync<TGrain, TAnswer>(
        SiloAddress[] silos, Func<TGrain, Task<TAnswer>> ask)
        where TGrain : IGrainWithStringKey
        where TAnswer : class
    {
        var answers = await Task.WhenAll(silos.Select(async silo => KeyValuePair.Create(silo, await AskOneAsync(silo, ask))));
        return [.. answers.Where(answer => answer.Value is not null).Select(answer => KeyValuePair.Create(answer.Key, answer.Value!))];
    }

    private async Task<TAnswer?> AskOneAsync<TGrain, TAnswer>(SiloAddress silo, Func<TGrain, Task<TAnswer>> ask)
        where TGrain : IGrainWithStringKey
        where TAnswer : class
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        try
        {
            return await ask(GrainFactory.GetGrain<TGrain>(silo.ToParsableString())).WaitAsync(SiloPatience, clock);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            return null;
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }
}
