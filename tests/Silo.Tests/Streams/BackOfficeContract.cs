using System.Data.Common;
using Granary.Domain.Events;
using Granary.Domain.Stock;
using Granary.Grains.BackOffice;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Journal;
using Granary.Streams.Views;

namespace Granary.Silo.Tests.Streams;

/// <summary>The contract of the back office's views, for every database.</summary>
public abstract class BackOfficeContract : IAsyncLifetime
{
    /// <summary>So many rows make a scan visible in a plan.</summary>
    private const int Many = 200_000;

    /// <summary>Fewer, because each enters the index of texts.</summary>
    private const int Crowd = 50_000;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private IStreamDatabase _database = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IViewDatabase Views => _database.Views;

    private AuditView Audit => new(Views, new JournalReader(_database.Journal));

    private UserDirectory Users => new(Views);

    protected abstract Task<IStreamDatabase> CreateDatabaseAsync();

    /// <summary>A table of the numbers from 1 to <c>@count</c>, named <c>n</c>.</summary>
    protected abstract string Numbers { get; }

    /// <summary>The database's query plan of a statement, as text; fails where it reads a whole table or sorts.</summary>
    protected abstract Task<string> PlanAsync(DbConnection connection, DbCommand command, CancellationToken cancellationToken);

    public async ValueTask InitializeAsync() => _database = await CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_event_that_comes_again_enters_nothing_twice_however_the_events_are_cut()
    {
        List<JournalRecord> events =
        [
            Stock(1, new ProductDefined("u-admin", "Cup", null, 1_400)), Stock(2, new ProductChanged("u-admin", "Cup", null, 1_500)),
            Stock(3, new StockAdjusted("u-op", 9, "delivery", null)), Stock(4, new ProductChanged("u-admin", "Cup", null, 1_600)),
        ];
        await Audit.EnterAsync(3, events[..2], Cancellation);
        await Audit.EnterAsync(3, events[1..3], Cancellation);
        await Audit.EnterAsync(3, events, Cancellation);
        var entered = await All();

        Assert.Equal(
            ["""{"price":{"amount":1500}} {"price":{"amount":1600}}""", """ {"quantity":9,"reason":"delivery"}""", """{"price":{"amount":1400}} {"price":{"amount":1500}}"""],
            entered.Take(3).Select(line => $"{line.From} {line.To}"));
        Assert.Equal([4L, 3, 2, 1], entered.Select(line => line.Version));

        await Audit.ClearAsync(4, Cancellation);
        Assert.Equal(entered, await All());
        await Audit.ClearAsync(3, Cancellation);
        Assert.Empty(await All());
        await Audit.EnterAsync(3, events, Cancellation);
        Assert.Equal(entered, await All());
    }

    [Fact]
    public async Task An_order_that_staff_cancelled_tells_its_status_before()
    {
        var placed = new Domain.Orders.OrderPlaced("u-1", "u-1", 1, [], 0, null, null, null, Start);
        var stream = JournalStream.OfOrder("o1");
        await _database.Journal.AppendBatchAsync(
            [
                new JournalAppend(stream, 0,
                [
                    Domain.Orders.OrderEvent.Codec.Encode(placed, Start, null),
                    Domain.Orders.OrderEvent.Codec.Encode(new Domain.Orders.OrderPaid("u-1"), Start, null),
                    Domain.Orders.OrderEvent.Codec.Encode(new Domain.Orders.OrderCancelled("u-op", "sold out"), Start, null),
                ]),
            ],
            new Exception?[1]);

        await Audit.EnterAsync(0, [(await _database.Journal.ReadStreamAsync(stream, 2, Cancellation))[0]], Cancellation);

        var line = Assert.Single(await All());
        Assert.Equal(("order/o1", """{"status":"paid"}""", """{"status":"cancelled","reason":"sold out"}"""), (line.Subject, line.From, line.To));
    }

    [Fact]
    public async Task Every_filter_of_the_audit_is_read_from_an_index()
    {
        await FillAsync(
            $"""
            INSERT INTO audit_entry (stream, version, partition, position, subject, type, at, actor, after)
            SELECT 'stock/' || (n % 5000), n, 0, n, 'product/' || (n % 5000), 'stock.adjusted', n * 1000, 'u-' || (n % 7), '{"{}"}' FROM {Numbers}
            """,
            "audit_entry");
        var place = new AuditPlace(DateTimeOffset.UnixEpoch.AddMilliseconds(90_000), 90_000);
        var time = DateTimeOffset.UnixEpoch.AddMilliseconds(50_000);
        foreach (var (query, index) in new[]
        {
            (new AuditQuery { Limit = 20 }, "audit_newest"),
            (new AuditQuery { Limit = 20, From = time, To = time.AddSeconds(1), After = place }, "audit_newest"),
            (new AuditQuery { Limit = 20, Subject = "product/7", After = place }, "audit_by_subject"),
            (new AuditQuery { Limit = 20, Subject = "product/7", OnlyAdjustments = true }, "audit_by_subject"),
            (new AuditQuery { Limit = 20, Actor = "u-99", From = time }, "audit_by_actor"),
            (new AuditQuery { Limit = 20, Subject = "product/7", Actor = "u-99", To = time }, "audit_by_"),
        })
        {
            Assert.Contains(index, await PlanOf(connection => AuditView.List(connection, query, 21)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Users_are_found_by_every_filter_and_the_plans_read_indexes()
    {
        await FillAsync(
            $"""
            INSERT INTO user_directory (user_id, name, search, status, is_customer, is_operator, is_admin, version)
            SELECT 'u-' || n, 'name' || n, 'name' || n || '{"\n"}' || 'Person ' || n, 1, 1, CASE WHEN n % 12500 = 0 THEN 1 ELSE 0 END, 0, 1 FROM {Numbers}
            """,
            "user_directory",
            Crowd);
        await Users.UpsertAsync(
            [
                DirectoryEntry.Of("u-ada", "Ada.Needle", "Countess", UserStatus.Suspended, [Roles.Admin, Roles.Customer], 3),
                DirectoryEntry.Of("u-bob", "bob_needle", "Żółw 100%", UserStatus.Active, [Roles.Operator], 3),
            ],
            Cancellation);
        await Users.UpsertAsync([DirectoryEntry.Of("u-ada", "Ada.Needle", null, UserStatus.Closed, [], 2)], Cancellation);

        Assert.Equal(["u-ada"], await Find(new UserQuery { Limit = 10, Role = Roles.Admin }));
        Assert.Equal(["u-ada"], await Find(new UserQuery { Limit = 10, Status = UserStatus.Suspended }));
        Assert.Equal(["u-ada", "u-bob"], await Find(new UserQuery { Limit = 10, Search = "NEEDLE" }));
        Assert.Equal(["u-bob"], await Find(new UserQuery { Limit = 10, Search = "needle", After = "ada.needle" }));
        Assert.Equal(["u-bob"], await Find(new UserQuery { Limit = 10, Search = "żÓŁ" }));
        Assert.Equal(["u-bob"], await Find(new UserQuery { Limit = 10, Search = "0%" }));
        Assert.Equal(["u-ada"], await Find(new UserQuery { Limit = 10, Search = "ada", Role = Roles.Admin, Status = UserStatus.Suspended }));
        Assert.Equal(["u-bob", "u-12500", "u-25000", "u-37500"], await Find(new UserQuery { Limit = 4, Role = Roles.Operator }));
        Assert.Equal(["u-1", "u-10", "u-100"], await Find(new UserQuery { Limit = 3, Search = "name1" }));
        Assert.Equal(["u-5", "u-50"], await Find(new UserQuery { Limit = 2, Search = "n 5" }));

        Assert.Contains("user_by_name", await PlanOf(connection => UserDirectory.List(connection, new UserQuery { Limit = 20, After = "name5" }, 21)), StringComparison.Ordinal);
        Assert.Contains("user_admins", await PlanOf(connection => UserDirectory.List(connection, new UserQuery { Limit = 20, Role = Roles.Admin, Status = UserStatus.Active }, 21)), StringComparison.Ordinal);
        Assert.Contains("user_operators", await PlanOf(connection => UserDirectory.List(connection, new UserQuery { Limit = 20, Role = Roles.Operator }, 21)), StringComparison.Ordinal);
        Assert.Contains("user_by_status", await PlanOf(connection => UserDirectory.List(connection, new UserQuery { Limit = 20, Status = UserStatus.Closed }, 21)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_stock_level_wins_and_the_list_is_read_from_its_index()
    {
        using var list = new StockList(Views);
        await FillAsync(
            $"INSERT INTO stock_level (sku, available, on_hand, reserved, sold, received, version) SELECT 'SKU' || n, n, n, 0, 0, n, 1 FROM {Numbers}", "stock_level");
        var low = new StockLevel("LOW", 5, 5, 0, 0, 5, 7);
        await list.UpsertAsync([low, low with { Version = 6, Available = 9 }, new StockLevel("MINUS", 0, 1, -1, 0, 0, 1)], Cancellation);
        await list.UpsertAsync([low with { Version = 3, Available = 50 }], Cancellation);

        var page = await list.ListAsync(3, 2, null, Cancellation);
        Assert.Equal(["MINUS", "LOW", "SKU1"], page.Levels.Select(level => level.Sku));
        Assert.Equal(low, page.Levels[1]);
        Assert.True(page.More);
        var next = await list.ListAsync(3, 2, new StockPlace(1, "SKU1"), Cancellation);
        Assert.Equal(["SKU2"], next.Levels.Select(level => level.Sku));
        Assert.False(next.More);
        Assert.Contains("stock_lowest", await PlanOf(connection => StockList.List(connection, 21, 100_000, new StockPlace(5_000, "SKU5000"))), StringComparison.Ordinal);
        Assert.Contains("stock_lowest", await PlanOf(connection => StockList.List(connection, 21, null, null)), StringComparison.Ordinal);
    }

    private static JournalRecord Stock(long version, StockEvent happened)
    {
        var encoded = StockEvent.Codec.Encode(happened, Start.AddSeconds(version), null);
        return new JournalRecord(version * 10, "stock/CUP", version, encoded.Type, encoded.Payload, encoded.At);
    }

    private async Task<IReadOnlyList<AuditLine>> All() => (await Audit.ListAsync(new AuditQuery { Limit = 100 }, Cancellation)).Lines;

    private async Task<List<string>> Find(UserQuery query) =>
        [.. (await Users.FindAsync(query, query.Limit, Cancellation)).Select(entry => entry.UserId)];

    private Task<int> FillAsync(string insert, string table, int count = Many) => Views.WriteAsync(
        async (connection, cancellation) =>
        {
            await connection.Command(insert, ("count", count)).ExecuteAsync(cancellation);
            return await connection.Command("ANALYZE " + table).ExecuteAsync(cancellation);
        },
        Cancellation);

    private Task<string> PlanOf(Func<DbConnection, DbCommand> command) => Views.ReadAsync(
        (connection, cancellation) => PlanAsync(connection, command(connection), cancellation), Cancellation);

    /// <summary>The steps of a plan.</summary>
    protected static async Task<string> ExplainAsync(DbCommand command, string explain, int column, CancellationToken cancellationToken)
    {
        command.CommandText = explain + command.CommandText;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var steps = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            steps.Add(reader.GetString(column));
        }

        return string.Join("\n", steps);
    }
}

/// <summary>The views over SQLite.</summary>
public sealed class SqliteBackOffice : BackOfficeContract
{
    protected override string Numbers => "(WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < @count) SELECT n FROM numbers)";

    protected override Task<IStreamDatabase> CreateDatabaseAsync() => SqliteStreamDatabase.CreateAsync(Cancellation);

    protected override async Task<string> PlanAsync(DbConnection connection, DbCommand command, CancellationToken cancellationToken)
    {
        var plan = await ExplainAsync(command, "EXPLAIN QUERY PLAN ", 3, cancellationToken);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        return plan;
    }
}

/// <summary>The views over PostgreSQL.</summary>
public sealed class PostgreSqlBackOffice(SharedPostgres server) : BackOfficeContract
{
    protected override string Numbers => "generate_series(1, @count) AS n";

    protected override Task<IStreamDatabase> CreateDatabaseAsync() => PostgreSqlStreamDatabase.CreateAsync(server, Cancellation);

    protected override async Task<string> PlanAsync(DbConnection connection, DbCommand command, CancellationToken cancellationToken)
    {
        var plan = await ExplainAsync(command, "EXPLAIN ", 0, cancellationToken);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        return plan;
    }
}
