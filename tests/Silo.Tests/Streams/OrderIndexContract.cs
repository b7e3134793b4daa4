using System.Data.Common;
using System.Text.RegularExpressions;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Orders.Index;
using Granary.Streams.Views;

namespace Granary.Silo.Tests.Streams;

/// <summary>The contract of the order index, for every database.</summary>
public abstract class OrderIndexContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private IStreamDatabase _database = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IViewDatabase Views => _database.Views;

    private OrderIndex Index => new(Views);

    protected abstract Task<IStreamDatabase> CreateDatabaseAsync();

    /// <summary>Lets the database look at its rows, where its plans depend on them.</summary>
    protected abstract Task<int> AnalyzeAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Judges what a plan sorts, and which index it reads where that is determined.</summary>
    protected abstract void JudgePlan(OrderQuery query, string plan);

    /// <summary>The database's query plan of a statement, as text, which must read no table from end to end unless it is small.</summary>
    protected abstract Task<string> PlanAsync(DbConnection connection, DbCommand command, bool isSmall, CancellationToken cancellationToken);

    public async ValueTask InitializeAsync() => _database = await CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_entry_is_read_back_as_it_was_written()
    {
        await Index.UpsertAsync([Entry(7), Entry(8)], Cancellation);

        Assert.Equal([Entry(8), Entry(7)], (await Index.ListAsync(new OrderQuery { Limit = 10 }, Cancellation)).Entries);
        Assert.Equal([Entry(7)], await Index.ReadAsync([Entry(7).OrderId], Cancellation));
    }

    [Fact]
    public async Task A_newer_version_wins_whatever_comes_last()
    {
        var pending = Entry(2);
        var paid = pending with { Version = 2, Status = OrderStatus.Paid, ExpiresAt = null };
        await Index.UpsertAsync([pending], Cancellation);
        await Index.UpsertAsync([paid], Cancellation);
        await Index.UpsertAsync([pending], Cancellation);

        Assert.Equal([paid], (await Index.ListAsync(new OrderQuery { Limit = 10 }, Cancellation)).Entries);
    }

    [Fact]
    public async Task Writers_of_the_same_new_orders_all_succeed_and_the_newest_version_wins()
    {
        for (var round = 0; round < 10; round++)
        {
            var first = round * 100;
            await Task.WhenAll(Enumerable.Range(1, 4).Select(version => Index.UpsertAsync(
                [.. Enumerable.Range(first, 100).Select(i => Entry(i) with { Version = version, Skus = $"\nSKU-{version}\n" })], Cancellation)));

            Assert.All(
                await Index.ReadAsync([.. Enumerable.Range(first, 100).Select(i => Entry(i).OrderId)], Cancellation),
                entry => Assert.Equal((4, "\nSKU-4\n"), (entry.Version, entry.Skus)));
            var newest = await Index.ListAsync(new OrderQuery { Limit = 1_000, Sku = "SKU-4" }, Cancellation);
            Assert.Equal(first + 100, newest.Entries.Count);
        }
    }

    [Fact]
    public async Task Filters_choose_and_the_newest_comes_first()
    {
        await Index.UpsertAsync([.. Enumerable.Range(0, 60).Select(Entry)], Cancellation);
        var query = new OrderQuery
        {
            Limit = 100,
            UserId = "user-1",
            Status = OrderStatus.Paid,
            From = Start.AddMinutes(10),
            To = Start.AddMinutes(50),
        };

        var listed = (await Index.ListAsync(query, Cancellation)).Entries;

        var expected = Enumerable.Range(10, 40).Where(i => i % 3 == 1 && i % 2 == 1).Reverse().Select(i => Entry(i).OrderId);
        Assert.Equal(expected, listed.Select(entry => entry.OrderId));
    }

    [Fact]
    public async Task Pages_neither_miss_nor_repeat_an_order_while_others_arrive()
    {
        await Index.UpsertAsync([.. Enumerable.Range(0, 50).Select(Entry)], Cancellation);
        var seen = new List<string>();
        OrderPlace? after = null;
        var arrived = 50;
        OrderIndexPage page;
        do
        {
            page = await Index.ListAsync(new OrderQuery { Limit = 7, After = after }, Cancellation);
            seen.AddRange(page.Entries.Select(entry => entry.OrderId));
            after = new OrderPlace(page.Entries[^1].CreatedAt, page.Entries[^1].OrderId);
            await Index.UpsertAsync([Entry(arrived++)], Cancellation);
        }
        while (page.More);

        Assert.Equal(Enumerable.Range(0, 50).Reverse().Select(i => Entry(i).OrderId), seen);
    }

    [Fact]
    public async Task Only_pending_orders_past_their_deadline_are_due()
    {
        await Index.UpsertAsync([.. Enumerable.Range(0, 10).Select(Entry)], Cancellation);

        var due = await Index.DueAsync(DateTimeOffset.UnixEpoch, Start.AddMinutes(15 + 5), 100, Cancellation);
        Assert.Equal(new[] { 0, 2, 4 }.Select(i => Entry(i).OrderId), due.Select(order => order.OrderId));

        var later = await Index.DueAsync(due[1].ExpiresAt, Start.AddMinutes(15 + 5), 100, Cancellation);
        Assert.Equal(due.Skip(1), later);
    }

    [Fact]
    public async Task Every_combination_of_filters_chooses_and_sorts_as_the_same_query_over_objects()
    {
        var random = new Random(17);
        var entries = Enumerable.Range(0, 200).Select(i => Entry(i) with
        {
            Status = (OrderStatus)random.Next(1, 5),
            UpdatedAt = Start.AddMinutes(i + random.Next(0, 100)),
            ExternalReference = random.Next(3) == 0 ? $"r{random.Next(4)}" : null,
            Tracking = random.Next(3) == 0 ? $"t{random.Next(4)}" : null,
            Skus = OrderIndexEntry.SkusOf(new[] { "A", "A-B", "B", "C" }.Where(_ => random.Next(2) == 0).DefaultIfEmpty("D")),
        }).ToList();
        await Index.UpsertAsync(entries, Cancellation);
        // Amended: the row of a line that is no longer the order's stays and must find nothing.
        entries = [.. entries.Select((entry, i) => i % 5 == 0 ? entry with { Version = 2, Skus = OrderIndexEntry.SkusOf(["D"]) } : entry)];
        await Index.UpsertAsync(entries, Cancellation);
        foreach (var query in Queries(new OrderQuery { Limit = 1_000 }, "user-1", OrderStatus.Paid, "A", "t1", "r1", Start.AddMinutes(60)))
        {
            var expected = entries.Where(entry => (query.UserId is null || entry.UserId == query.UserId)
                && (query.Status is null || entry.Status == query.Status)
                && (query.Sku is null || entry.EachSku().Contains(query.Sku))
                && (query.Tracking is null || entry.Tracking == query.Tracking)
                && (query.ExternalReference is null || entry.ExternalReference == query.ExternalReference)
                && (query.UpdatedSince is null || entry.UpdatedAt >= query.UpdatedSince))
                .OrderBy(entry => query.UpdatedSince is null ? entry.CreatedAt : entry.UpdatedAt)
                .ThenBy(entry => entry.OrderId, StringComparer.Ordinal)
                .ToList();
            if (!query.OldestFirst)
            {
                expected.Reverse();
            }

            Assert.Equal(expected, (await Index.ListAsync(query, Cancellation)).Entries);
            if (expected is [.., var next, _])
            {
                var place = new OrderPlace(query.UpdatedSince is null ? next.CreatedAt : next.UpdatedAt, next.OrderId);
                Assert.Equal(expected[^1..], (await Index.ListAsync(query with { After = place }, Cancellation)).Entries);
            }
        }
    }

    [Fact]
    public async Task Orders_are_counted_by_status_and_minute_whatever_writes_them_and_can_be_counted_again()
    {
        var counts = new OrderCounts(Views);
        await Index.UpsertAsync([.. Enumerable.Range(0, 60).Select(Entry)], Cancellation);
        await Index.UpsertAsync([.. Enumerable.Range(40, 40).Select(i => Entry(i) with { Version = 2, Status = OrderStatus.Shipped })], Cancellation);
        await Index.UpsertAsync([.. Enumerable.Range(50, 4).Select(Entry)], Cancellation);
        await Index.RemoveAsync([Entry(0).OrderId, Entry(79).OrderId, "unknown"], Cancellation);
        var expected = new Dictionary<OrderStatus, long> { [OrderStatus.Pending] = 19, [OrderStatus.Paid] = 20, [OrderStatus.Shipped] = 39 };

        Assert.Equal(expected, await CountAsync());
        await Task.WhenAll(counts.AddUpAsync(Cancellation), counts.AddUpAsync(Cancellation));
        Assert.Equal(expected, await CountAsync());
        Assert.Empty(await counts.WrongAsync(Cancellation));

        await Views.WriteAsync(
            (connection, cancellation) => connection.Command("UPDATE order_count SET orders = orders + 1 WHERE status = 2").ExecuteAsync(cancellation), Cancellation);
        Assert.Equal([OrderStatus.Paid], await counts.WrongAsync(Cancellation));
        await counts.RecountAsync(Cancellation);
        Assert.Equal(expected, await CountAsync());
        Assert.Empty(await counts.WrongAsync(Cancellation));

        var minute = Start.ToUnixTimeSeconds() / 60;
        Assert.Equal(
            new Dictionary<long, long> { [minute + 77] = 1, [minute + 78] = 1 },
            await counts.ByMinuteAsync(minute + 77, minute + 90, Cancellation));

        async Task<Dictionary<OrderStatus, long>> CountAsync() => new(await counts.ByStatusAsync(Cancellation));
    }

    [Fact]
    public async Task A_row_that_an_earlier_release_has_written_is_found_and_filled()
    {
        await Index.UpsertAsync([Entry(1), Entry(2)], Cancellation);
        await Views.WriteAsync(
            (connection, cancellation) => connection.Command(
                """
                INSERT INTO order_index (order_id, user_id, status, total, created_at, updated_at, expires_at, version)
                SELECT order_id, user_id, 2, total, created_at, updated_at, NULL, 2 FROM order_index WHERE order_id = @id
                ON CONFLICT (order_id) DO UPDATE SET version = excluded.version, status = excluded.status
                """,
                ("id", Entry(1).OrderId)).ExecuteAsync(cancellation),
            Cancellation);

        Assert.Equal([Entry(1).OrderId], await Index.UnfilledAsync("", 10, Cancellation));
        Assert.False((await Index.ReadAsync([Entry(1).OrderId], Cancellation))[0].IsFilled);
        await Index.UpsertAsync([Entry(1) with { Version = 2 }], Cancellation);

        Assert.Empty(await Index.UnfilledAsync("", 10, Cancellation));
    }

    [Fact]
    public async Task Every_combination_of_filters_and_sorts_reads_an_index_and_sorts_at_most_a_users_orders()
    {
        const int Orders = 200_000;
        await LoadAsync(Orders);
        Assert.Contains("order_index_due", await PlanOf(connection => connection.Command(
            OrderIndex.Due, ("from", 0L), ("now", Start.AddMinutes(20).ToMicroseconds()), ("limit", 100))), StringComparison.Ordinal);
        Assert.Contains("order_index_unfilled", await PlanOf(connection => connection.Command(
            OrderIndex.Unfilled, ("after", ""), ("limit", 500))), StringComparison.Ordinal);

        Assert.DoesNotContain("order_index", await PlanOf(connection => connection.Command(new OrderCounts(Views).ByStatus), isSmall: true), StringComparison.Ordinal);
        Assert.Contains("order_index_newest", await PlanOf(connection => connection.Command(
            OrderCounts.InMinute, ("from", Start.AddMinutes(Orders - 60).ToMicroseconds()), ("to", Start.AddMinutes(Orders).ToMicroseconds()))), StringComparison.Ordinal);

        var place = new OrderPlace(Start.AddMinutes(Orders - 5_000), Entry(Orders - 5_000).OrderId);
        var queries = Queries(
            new OrderQuery { Limit = 20 }, "user-7000", OrderStatus.Paid, "SKU-7", "track-7000", "ref-7000", Start.AddMinutes(Orders - 10_000));
        foreach (var query in queries.SelectMany(query => new[] { query, query with { After = place }, query with { From = Start.AddMinutes(90_000) } }))
        {
            var plan = await PlanOfList(query);

            JudgePlan(query, plan);
        }
    }

    /// <summary>Every combination of filters, in both directions.</summary>
    private static IEnumerable<OrderQuery> Queries(
        OrderQuery all, string user, OrderStatus status, string sku, string tracking, string reference, DateTimeOffset since) =>
        Enumerable.Range(0, 128).Select(i => all with
        {
            UserId = (i & 1) != 0 ? user : null,
            Status = (i & 2) != 0 ? status : null,
            Sku = (i & 4) != 0 ? sku : null,
            Tracking = (i & 8) != 0 ? tracking : null,
            ExternalReference = (i & 16) != 0 ? reference : null,
            UpdatedSince = (i & 32) != 0 ? since : null,
            OldestFirst = (i & 64) != 0,
        });

    /// <summary>Many orders of 1,000 users, of which one in fifty is not completed.</summary>
    private Task<int> LoadAsync(int orders) => Views.WriteAsync(
        async (connection, cancellation) =>
        {
            await WithoutTimeLimit(connection.Command(
                $"""
                INSERT INTO order_index (order_id, user_id, status, total, created_at, updated_at, expires_at, version, external_reference,
                    tracking, skus, filled_version)
                WITH RECURSIVE n(i) AS (SELECT CAST(0 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {orders})
                SELECT substr('00000000000000000000000000' || i, length('' || i) + 1), 'user-' || (i * 7 % 10000), CASE WHEN i % 50 = 0 THEN 1 + i / 50 % 4 ELSE 6 END, 4248,
                    {Start.ToMicroseconds()} + i * 60000000, {Start.ToMicroseconds()} + i * 60000000 + 1,
                    CASE WHEN i % 200 = 0 THEN {Start.ToMicroseconds()} + (i + 15) * 60000000 END, 1,
                    CASE WHEN i % 2 = 0 THEN 'ref-' || i END, CASE WHEN i % 50 > 0 THEN 'track-' || i END,
                    @feed || 'SKU-' || i % 100 || @feed, 1
                FROM n
                """,
                ("feed", "\n"))).ExecuteAsync(cancellation);
            await WithoutTimeLimit(connection.Command(
                "INSERT INTO order_index_line (sku, created_at, order_id) SELECT replace(skus, @feed, ''), created_at, order_id FROM order_index",
                ("feed", "\n"))).ExecuteAsync(cancellation);
            return await AnalyzeAsync(connection, cancellation);
        },
        Cancellation);

    /// <summary>Many rows take longer on a busy machine than a statement of the product may.</summary>
    private static DbCommand WithoutTimeLimit(DbCommand command)
    {
        command.CommandTimeout = 0;
        return command;
    }

    private static OrderIndexEntry Entry(int i) => new(
        i.ToString("D26", System.Globalization.CultureInfo.InvariantCulture),
        i < 100 ? $"user-{i % 3}" : $"user-{i}",
        i % 2 == 0 ? OrderStatus.Pending : OrderStatus.Paid,
        4_248,
        Start.AddMinutes(i),
        Start.AddMinutes(i).AddMicroseconds(1),
        i % 2 == 0 ? Start.AddMinutes(i + 15) : null,
        1);

    private Task<string> PlanOfList(OrderQuery query) => PlanOf(connection => OrderIndexQuery.Command(connection, Views.Dialect, query, query.Limit + 1));

    private Task<string> PlanOf(Func<DbConnection, DbCommand> command, bool isSmall = false) => Views.ReadAsync(
        (connection, cancellation) => PlanAsync(connection, command(connection), isSmall, cancellation), Cancellation);
}

/// <summary>The index over SQLite.</summary>
public sealed class SqliteOrderIndex : OrderIndexContract
{
    protected override Task<IStreamDatabase> CreateDatabaseAsync() => SqliteStreamDatabase.CreateAsync(Cancellation);

    protected override async Task<string> PlanAsync(DbConnection connection, DbCommand command, bool isSmall, CancellationToken cancellationToken)
    {
        command.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var steps = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            steps.Add(reader.GetString(3));
        }

        var plan = string.Join("\n", steps);
        Assert.True(isSmall || !Regex.IsMatch(plan, "SCAN [a-z_]+( |$)(?!USING)"), plan);
        return plan;
    }

    protected override Task<int> AnalyzeAsync(DbConnection connection, CancellationToken cancellationToken) => Task.FromResult(0);

    protected override void JudgePlan(OrderQuery query, string plan)
    {
        var index = query.ExternalReference is not null ? "order_index_by_reference"
            : query.Tracking is not null ? "order_index_by_tracking"
            : query.UserId is not null ? "order_index_by_user"
            : query.UpdatedSince is not null ? "order_index_updated"
            : query.Sku is not null ? "SEARCH l USING PRIMARY KEY"
            : query.Status is not null ? "order_index_by_status"
            : "order_index_newest";
        Assert.True(plan.Contains(index, StringComparison.Ordinal), $"{query}\n{plan}");
        var isFew = query is { UpdatedSince: not null, ExternalReference: not null } or { UpdatedSince: not null, Tracking: not null }
            or { UpdatedSince: not null, UserId: not null };
        Assert.Equal(isFew, plan.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }
}
