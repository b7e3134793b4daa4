using System.Data.Common;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Reading;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Orders.Index;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Reading;
using Granary.Grains.Stock;
using Granary.Grains.Webhooks;
using Granary.Streams.Views;
using Orleans.Concurrency;
using Orleans.Runtime.Placement;

namespace Granary.Grains.BackOffice;

/// <summary>
/// Computes the figures at most once an interval, and only when they are asked for; calls that come meanwhile wait for the same computation.
/// Figures of the primary and those that may come from a replica are computed apart.
/// </summary>
[Reentrant]
public sealed class StatisticsGrain(
    OrderCounts orders,
    DeliveryStore deliveries,
    StockList stock,
    ReplicaReads replicas,
    ICurrent<ReplicaOptions> replica,
    ICurrent<LowStockOptions> lowStock,
    StatisticsOptions options,
    TimeProvider clock)
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

    private readonly Shared _ofPrimary = new();
    private readonly Shared _ofReplica = new();

    /// <inheritdoc/>
    public Task<Statistics> Read() => Current(_ofPrimary, AtPrimaryAsync);

    /// <inheritdoc/>
    public Task<Statistics> ReadAnywhere() => Current(_ofReplica, AnywhereAsync);

    /// <inheritdoc/>
    public async Task<Statistics> ReadAnew()
    {
        var arrived = clock.GetTimestamp();
        while (_ofPrimary is { Task: { IsCompleted: false } running } && _ofPrimary.Began <= arrived)
        {
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        // Another caller may have begun meanwhile.
        return await (_ofPrimary.Began > arrived ? _ofPrimary.Task! : Begin(_ofPrimary, AtPrimaryAsync));
    }

    private Task<Statistics> Current(Shared shared, Func<Task<Statistics>> compute)
    {
        var isUsable = shared.Task is { IsCompleted: false }
            || (shared.Task is { IsCompletedSuccessfully: true } && clock.GetElapsedTime(shared.Began) < options.Interval);
        return isUsable ? shared.Task! : Begin(shared, compute);
    }

    private Task<Statistics> Begin(Shared shared, Func<Task<Statistics>> compute)
    {
        shared.Began = clock.GetTimestamp();
        return shared.Task = compute();
    }

    private Task<Statistics> AtPrimaryAsync() => ComputeAsync(
        _ofPrimary, new Views(orders, deliveries, stock), clock.GetUtcNow(), TimeSpan.Zero);

    /// <summary>From a replica where it is new enough, for as long as the figures are kept; otherwise those of the primary.</summary>
    private async Task<Statistics> AnywhereAsync() =>
        await replicas.TryReadAsync(
            "statistics",
            ReadDemand.None,
            options.Interval,
            async snapshot =>
            {
                var there = new SnapshotViews(snapshot);
                using var levels = new StockList(there);
                var read = await ComputeAsync(
                    _ofReplica, new Views(new OrderCounts(there), new DeliveryStore(there), levels), clock.GetUtcNow(), replica.Value.MaxStaleness);
                return read with { IsOfReplica = true };
            },
            CancellationToken.None)
        ?? await Read();

    /// <param name="shared">Where minutes that are over are kept.</param>
    /// <param name="views">What is read.</param>
    /// <param name="behind">How far the views may be behind those of the primary.</param>
    private async Task<Statistics> ComputeAsync(Shared shared, Views views, DateTimeOffset now, TimeSpan behind)
    {
        try
        {
            var byStatus = views.Orders.ByStatusAsync(CancellationToken.None);
            var pending = views.Deliveries.CountPendingAsync(CancellationToken.None);
            SiloAddress[] silos = [.. (await GrainFactory.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Keys];
            var lag = LagAsync(silos);
            var perMinute = PerMinuteAsync(shared, views.Orders, now, behind, lag);
            var recent = RecentAsync(silos);
            var low = views.Stock.CountAsync(lowStock.Value.Threshold, CancellationToken.None);
            await Task.WhenAll(byStatus, pending, perMinute, lag, recent, low);
            return new Statistics(now, await byStatus, await perMinute, await lag, await pending, await low, await recent);
        }
        catch (DbException fault) when (shared == _ofPrimary)
        {
            // The database driver's exceptions are unknown to a front end in a separate process.
            throw new OrderIndexUnavailableException($"The figures cannot be read: {fault.Message}");
        }
    }

    /// <summary>Counts the orders of the last minutes; those that are over are counted once.</summary>
    private static async Task<IReadOnlyList<long>> PerMinuteAsync(
        Shared shared, OrderCounts counts, DateTimeOffset now, TimeSpan behind, Task<IReadOnlyDictionary<string, double>> lag)
    {
        var current = MinuteOf(now);
        var first = current - Minutes + 1;
        var from = Math.Max(first, shared.Open);
        var counted = await counts.ByMinuteAsync(from, current + 1, CancellationToken.None);
        shared.ByMinute = shared.ByMinute.Where(minute => minute.Key >= first && minute.Key < from).Concat(counted).ToDictionary();
        var late = (await lag).TryGetValue(OrderIndexConsumer.Name, out var seconds) ? TimeSpan.FromSeconds(seconds) + Lateness : UnknownLateness;
        shared.Open = Math.Max(shared.Open, MinuteOf(now - late - behind));
        return [.. Enumerable.Range(0, Minutes).Select(i => shared.ByMinute.GetValueOrDefault(first + i))];
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

    /// <summary>What is read.</summary>
    private sealed record Views(OrderCounts Orders, DeliveryStore Deliveries, StockList Stock);

    /// <summary>Figures that callers share.</summary>
    private sealed class Shared
    {
        /// <summary>The last computation.</summary>
        public Task<Statistics>? Task { get; set; }

        /// <summary>When it began.</summary>
        public long Began { get; set; }

        /// <summary>The orders of each minute.</summary>
        public Dictionary<long, long> ByMinute { get; set; } = [];

        /// <summary>The first minute that is counted again.</summary>
        public long Open { get; set; }
    }
}
