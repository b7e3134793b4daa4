using System.Data.Common;
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

    /// <summary>The database's query plan of a statement, as text.</summary>
    protected abstract Task<string> PlanAsync(DbConnection connection, DbCommand command, CancellationToken cancellationToken);

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
    public async Task Deadlines_and_lists_are_read_from_indexes_and_never_by_scanning_all_orders()
    {
        for (var i = 0; i < 20; i++)
        {
            await Index.UpsertAsync([.. Enumerable.Range(i * 500, 500).Select(Entry)], Cancellation);
        }

        Assert.Contains("order_index_due", await PlanOf(connection => connection.Command(
            OrderIndex.Due, ("from", 0L), ("now", Start.AddMinutes(20).ToMicroseconds()), ("limit", 100))), StringComparison.Ordinal);
        Assert.Contains("order_index_newest", await PlanOfList(new OrderQuery { Limit = 20 }), StringComparison.Ordinal);
        var place = new OrderPlace(Start.AddMinutes(5000), Entry(5000).OrderId);
        Assert.Contains("order_index_newest", await PlanOfList(new OrderQuery { Limit = 20, After = place }), StringComparison.Ordinal);
        Assert.Contains("order_index_by_user", await PlanOfList(new OrderQuery { Limit = 20, UserId = "user-7000", After = place }), StringComparison.Ordinal);
        Assert.Contains("order_index_by_status", await PlanOfList(new OrderQuery { Limit = 20, Status = OrderStatus.Cancelled }), StringComparison.Ordinal);
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

    private Task<string> PlanOfList(OrderQuery query) => PlanOf(connection => OrderIndexQuery.Command(connection, query, query.Limit + 1));

    private Task<string> PlanOf(Func<DbConnection, DbCommand> command) => Views.ReadAsync(
        (connection, cancellation) => PlanAsync(connection, command(connection), cancellation), Cancellation);
}

/// <summary>The index over SQLite.</summary>
public sealed class SqliteOrderIndex : OrderIndexContract
{
    protected override Task<IStreamDatabase> CreateDatabaseAsync() => SqliteStreamDatabase.CreateAsync(Cancellation);

    protected override async Task<string> PlanAsync(DbConnection connection, DbCommand command, CancellationToken cancellationToken)
    {
        command.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var steps = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            steps.Add(reader.GetString(3));
        }

        var plan = string.Join("\n", steps);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        return plan;
    }
}
