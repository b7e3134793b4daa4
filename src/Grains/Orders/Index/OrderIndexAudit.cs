using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Journal;

namespace Granary.Grains.Orders.Index;

/// <summary>
/// Compares the index of orders with the journal, from its first event, to report differences or to repair them. Both may run
/// while the product runs: an order is written as it is at that moment, and a newer version always wins.
/// </summary>
public sealed class OrderIndexAudit(IJournal journal, OrderIndex index, OrderCounts counts)
{
    private const int PageLength = 2_000;

    /// <summary>Number of grains called concurrently.</summary>
    private const int Parallelism = 32;

    private static readonly TimeSpan CatchUpTime = TimeSpan.FromSeconds(2);

    /// <summary>Writes every order of the journal again and removes the orders that the journal does not contain.</summary>
    /// <param name="progress">Receives the completed share of the journal, from 0 to 1.</param>
    /// <returns>How many orders were written.</returns>
    public async Task<long> RebuildAsync(IProgress<double> progress, CancellationToken cancellationToken)
    {
        var entered = 0L;
        await foreach (var orders in JournalAsync(progress, cancellationToken))
        {
            IReadOnlyList<OrderIndexEntry> entries = [.. orders.Select(OrderIndexEntry.Of)];
            await index.RepairAsync(entries, cancellationToken);
            await index.UpsertAsync(entries, cancellationToken);
            entered += orders.Count;
        }

        await foreach (var unknown in UnknownAsync(cancellationToken))
        {
            await index.RemoveAsync(unknown, cancellationToken);
        }

        await counts.RecountAsync(cancellationToken);
        return entered;
    }

    /// <summary>Finds orders that the index lacks, that differ from the journal, or that the journal does not contain.</summary>
    /// <param name="progress">Receives the completed share of the journal, from 0 to 1.</param>
    /// <param name="grains">Used to ask every order grain whether it agrees with its events; null to ask none.</param>
    /// <returns>
    /// The orders' ids with their differences; differences that the index simply had not caught up with yet are left out.
    /// </returns>
    public async Task<IReadOnlyList<(string Id, string Difference)>> CheckAsync(
        IProgress<double> progress, CancellationToken cancellationToken, IGrainFactory? grains = null)
    {
        var suspects = new List<string>();
        await foreach (var orders in JournalAsync(progress, cancellationToken))
        {
            suspects.AddRange((await CompareAsync(orders, grains, cancellationToken)).Select(difference => difference.Id));
        }

        var differences = new List<(string, string)>();
        if (suspects.Count > 0)
        {
            await Task.Delay(CatchUpTime, cancellationToken);
            foreach (var page in suspects.Distinct().Chunk(PageLength))
            {
                var orders = await OrderHistory.ReadAsync(journal, [.. page.Select(JournalStream.OfOrder)], cancellationToken);
                differences.AddRange(await CompareAsync(orders, grains, cancellationToken));
            }
        }

        await foreach (var unknown in UnknownAsync(cancellationToken))
        {
            differences.AddRange(unknown.Select(id => (id, "is in the index and not in the journal, or damaged there")));
        }

        differences.AddRange((await counts.WrongAsync(cancellationToken))
            .Select(status => ($"status {Words.Of(status)}", "has another number of orders than the index counts")));

        return differences;
    }

    private async Task<List<(string Id, string Difference)>> CompareAsync(
        IReadOnlyList<OrderState> orders, IGrainFactory? grains, CancellationToken cancellationToken)
    {
        var indexed = (await index.ReadAsync([.. orders.Select(order => order.Id)], cancellationToken)).ToDictionary(entry => entry.OrderId);
        var differences = new List<(string, string)>();
        foreach (var order in orders)
        {
            if (!indexed.TryGetValue(order.Id, out var found))
            {
                differences.Add((order.Id, "is missing in the index"));
            }
            else if (!found.Agrees(OrderIndexEntry.Of(order)))
            {
                differences.Add((order.Id, $"is version {found.Version}, {found.Status} in the index; version {order.VisibleVersion}, {order.Status} in the journal"));
            }
        }

        var entries = indexed.Values.ToList();
        differences.AddRange((await index.WithoutLinesAsync(entries, cancellationToken)).Distinct()
            .Select(id => (id, "is not found by every SKU of its lines in the index")));
        if (grains is not null)
        {
            differences.AddRange(await CompareLiveAsync(orders, grains, cancellationToken));
        }

        return differences;
    }

    /// <summary>Compares orders with their grains, which it activates.</summary>
    private static async Task<IReadOnlyCollection<(string Id, string Difference)>> CompareLiveAsync(
        IReadOnlyList<OrderState> orders, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var differences = new ConcurrentBag<(string, string)>();
        await Parallel.ForEachAsync(
            orders,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (state, _) =>
            {
                var order = state.ToOrder();
                var live = (await grains.Order(order.Id).Get(owner: null)).Order;
                if (live is null)
                {
                    differences.Add((order.Id, "is unknown to its grain"));
                }
                else if (!AreSame(live, order))
                {
                    differences.Add((order.Id, $"is version {live.Version}, {live.Status} in its grain; version {order.Version}, {order.Status} in the journal"));
                }
            });
        return differences;
    }

    private static bool AreSame(Order one, Order other) => Text(one).SequenceEqual(Text(other));

    private static ReadOnlySpan<byte> Text(Order order) => JsonSerializer.SerializeToUtf8Bytes(order, OrderJson.Default.Order);

    /// <summary>
    /// Every order of the journal once, page by page: an order appears at its first event, with its whole history.
    /// </summary>
    private async IAsyncEnumerable<IReadOnlyList<OrderState>> JournalAsync(
        IProgress<double> progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var databases = journal.Databases;
        for (var read = 0; read < databases.Count; read++)
        {
            var end = await databases[read].ReadEndAsync(cancellationToken);
            var position = 0L;
            while (position < end)
            {
                var page = await databases[read].ReadAllAsync(position, PageLength, cancellationToken);
                if (page.Count == 0)
                {
                    break;
                }

                position = page[^1].Position;
                var streams = page.Where(record => record.Version == 1 && JournalStream.KindOf(record.Stream) == StreamKind.Order)
                    .Select(record => record.Stream).ToList();
                yield return await OrderHistory.ReadAsync(journal, streams, cancellationToken);
                progress.Report((read + Math.Min(1, (double)position / end)) / databases.Count);
            }
        }

        progress.Report(1);
    }

    private async IAsyncEnumerable<IReadOnlyList<string>> UnknownAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = "";
        while (await index.ReadIdsAsync(after, PageLength, cancellationToken) is { Count: > 0 } ids)
        {
            var known = await OrderHistory.ReadAsync(journal, [.. ids.Select(JournalStream.OfOrder)], cancellationToken);
            var unknown = ids.Except(known.Select(order => order.Id)).ToList();
            if (unknown.Count > 0)
            {
                yield return unknown;
            }

            after = ids[^1];
        }
    }
}

/// <summary>The whole content of an order as text, for comparison.</summary>
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(Order))]
internal sealed partial class OrderJson : JsonSerializerContext;
