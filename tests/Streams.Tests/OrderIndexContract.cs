using System.Data.Common;
using Granary.Orders;
using Granary.Views;

namespace Granary.Tests;

/// <summary>What the index of orders promises, whatever the database.</summary>
public abstract class OrderIndexContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private IStreamDatabase _database = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IViewDatabase Views => _database.Views;

    private OrderIndex Index => new(Views);

    protected abstract Task<IStreamDatabase> CreateDatabaseAsync();

    /// <summary>The steps by which the database would run a statement, as its own text.</summary>
    protected abstract Task<string> PlanAsync(DbConnection connection, DbCommand command, CancellationToken cancellationToken);

    public async ValueTask InitializeAsync() => _database = await CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_order_comes_back_as_it_was_entered()
    {
        var order = Order(7) with
        {
            ShippingAddress = new Address { Name = "Ada", City = "London" },
            Note = "Ring twice — \"please\"",
            Tracking = new Tracking("DHL", "123"),
            CancelReason = "no longer needed",
        };

        await Index.UpsertAsync([order], Cancellation);

        var listed = Assert.Single((await Index.ListAsync(new OrderQuery { Limit = 10 }, Cancellation)).Orders);
        Assert.Equivalent(order, listed, strict: true);
    }

    [Fact]
    public async Task A_newer_version_wins_whatever_comes_last()
    {
        var pending = Order(1);
        var paid = pending with { Version = 2, Status = OrderStatus.Paid, ExpiresAt = null };
        await Index.UpsertAsync([pending], Cancellation);
        await Index.UpsertAsync([paid], Cancellation);
        await Index.UpsertAsync([pending], Cancellation);

        var listed = Assert.Single((await Index.ListAsync(new OrderQuery { Limit = 10 }, Cancellation)).Orders);
        Assert.Equal((OrderStatus.Paid, 2), (listed.Status, listed.Version));
    }

    [Fact]
    public async Task Filters_choose_and_the_newest_comes_first()
    {
        await Index.UpsertAsync([.. Enumerable.Range(0, 60).Select(Order)], Cancellation);
        var query = new OrderQuery
        {
            Limit = 100,
            UserId = "user-1",
            Status = OrderStatus.Paid,
            From = Start.AddMinutes(10),
            To = Start.AddMinutes(50),
        };

        var listed = (await Index.ListAsync(query, Cancellation)).Orders;

        var expected = Enumerable.Range(10, 40).Where(i => i % 3 == 1 && i % 2 == 1).Reverse().Select(i => Order(i).Id);
        Assert.Equal(expected, listed.Select(order => order.Id));
    }

    [Fact]
    public async Task Pages_neither_miss_nor_repeat_an_order_while_others_arrive()
    {
        await Index.UpsertAsync([.. Enumerable.Range(0, 50).Select(Order)], Cancellation);
        var seen = new List<string>();
        OrderPlace? after = null;
        var arrived = 50;
        OrderPage page;
        do
        {
            page = await Index.ListAsync(new OrderQuery { Limit = 7, After = after }, Cancellation);
            seen.AddRange(page.Orders.Select(order => order.Id));
            after = new OrderPlace(page.Orders[^1].CreatedAt, page.Orders[^1].Id);
            await Index.UpsertAsync([Order(arrived++)], Cancellation);
        }
        while (page.More);

        Assert.Equal(Enumerable.Range(0, 50).Reverse().Select(i => Order(i).Id), seen);
    }

    [Fact]
    public async Task Only_pending_orders_past_their_deadline_are_due()
    {
        await Index.UpsertAsync([.. Enumerable.Range(0, 10).Select(Order)], Cancellation);

        var due = await Index.DueAsync(Start.AddMinutes(15 + 5), 100, Cancellation);

        Assert.Equal(new[] { 0, 2, 4 }.Select(i => Order(i).Id), due);
    }

    [Fact]
    public async Task Deadlines_and_lists_are_read_from_indexes_and_never_by_scanning_all_orders()
    {
        for (var i = 0; i < 20; i++)
        {
            await Index.UpsertAsync([.. Enumerable.Range(i * 500, 500).Select(Order)], Cancellation);
        }

        Assert.Contains("order_index_due", await PlanOf(connection => connection.Command(
            OrderIndex.Due, ("now", Start.AddMinutes(20).ToMicroseconds()), ("limit", 100))), StringComparison.Ordinal);
        Assert.Contains("order_index_newest", await PlanOfList(new OrderQuery { Limit = 20 }), StringComparison.Ordinal);
        var place = new OrderPlace(Start.AddMinutes(5000), Order(5000).Id);
        Assert.Contains("order_index_newest", await PlanOfList(new OrderQuery { Limit = 20, After = place }), StringComparison.Ordinal);
        Assert.Contains("order_index_by_user", await PlanOfList(new OrderQuery { Limit = 20, UserId = "user-7000", After = place }), StringComparison.Ordinal);
        Assert.Contains("order_index_by_status", await PlanOfList(new OrderQuery { Limit = 20, Status = OrderStatus.Cancelled }), StringComparison.Ordinal);
    }

    private static Order Order(int i) => new()
    {
        Id = i.ToString("D26", System.Globalization.CultureInfo.InvariantCulture),
        UserId = i < 100 ? $"user-{i % 3}" : $"user-{i}",
        Status = i % 2 == 0 ? OrderStatus.Pending : OrderStatus.Paid,
        Lines = [new OrderLine("SKU-1", "Lamp", 2, 1_999), new OrderLine("SKU-2", "Bulb", 1, 250)],
        Total = 4_248,
        CreatedAt = Start.AddMinutes(i),
        UpdatedAt = Start.AddMinutes(i),
        ExpiresAt = i % 2 == 0 ? Start.AddMinutes(i + 15) : null,
        Version = 1,
        AllowedActions = ["pay", "cancel"],
        Timeline = [new TimelineEntry(1, "order.placed", Start.AddMinutes(i), "user-1")],
    };

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
