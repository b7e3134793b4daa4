using System.Data.Common;
using System.Text.RegularExpressions;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Payments.Index;
using Granary.Grains.Payments.Reconciling;
using Granary.Silo.Tests.Streams;
using Granary.Streams.Views;

namespace Granary.Silo.Tests.Payments;

/// <summary>The contract of the index of due payments, for every database.</summary>
public abstract class PaymentIndexContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private IStreamDatabase _database = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PaymentIndex Index => new(_database.Views);

    protected abstract Task<IStreamDatabase> CreateDatabaseAsync();

    protected abstract Task<string> PlanAsync(DbConnection connection, DbCommand command, CancellationToken cancellationToken);

    public async ValueTask InitializeAsync() => _database = await CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Due_payments_are_found_by_their_time_and_a_newer_version_wins()
    {
        var (first, second, later) = (Due("p1", 1), Due("p2", 2), Due("p3", 60));
        await Index.UpsertAsync([later, second, first], Cancellation);

        Assert.Equal(["p1", "p2"], await DueAsync(10));

        var captured = first with { Version = 9, Status = PaymentStatus.Captured, Operation = null, NeedsAttention = "disputed" };
        await Index.UpsertAsync([captured], Cancellation);
        await Index.UpsertAsync([first], Cancellation);

        Assert.Equal(["p2"], await DueAsync(10));
        Assert.Equal(["p2", "p3"], await DueAsync(100));
        Assert.Equal(1, await Index.CountAttentionAsync(Cancellation));
    }

    [Fact]
    public async Task Payments_are_listed_newest_first_page_by_page_by_status_and_attention()
    {
        var payments = Enumerable.Range(0, 5).Select(i => Due($"p{i}", 1) with { CreatedAt = Start.AddSeconds(i / 2) }).ToList();
        payments[1] = payments[1] with { Status = PaymentStatus.Captured, NeedsAttention = "disputed" };
        payments[3] = payments[3] with { Status = PaymentStatus.Captured };
        await Index.UpsertAsync(payments, Cancellation);

        var first = await Index.ListAsync(new PaymentQuery { Limit = 3 }, 3, Cancellation);
        Assert.Equal(["p4", "p3", "p2"], first.Select(place => place.Payment));
        Assert.Equal(Start.AddSeconds(2), first[0].CreatedAt);
        Assert.Equal(["p1", "p0"], await ListAsync(new PaymentQuery { Limit = 3, After = first[2] }));
        Assert.Equal(["p3", "p1"], await ListAsync(new PaymentQuery { Limit = 3, Status = PaymentStatus.Captured }));
        Assert.Equal(["p1"], await ListAsync(new PaymentQuery { Limit = 3, NeedsAttention = true }));
        Assert.Equal(["p3"], await ListAsync(new PaymentQuery { Limit = 3, NeedsAttention = false, Status = PaymentStatus.Captured }));
    }

    [Fact]
    public async Task The_last_comparison_is_kept_until_one_of_a_later_day()
    {
        var store = new ReconciliationStore(_database.Views);
        Assert.Null(await store.LastAsync(Cancellation));
        var report = new PaymentReconciliation
        {
            At = Start.AddHours(2), From = Start.AddDays(-1), To = Start, Provider = "http", Matched = 3, OnTheirWay = 1, Foreign = 2,
            Kinds = new Dictionary<string, int> { ["missing_here"] = 1 },
            Differences = [new PaymentDifference("missing_here", "p1", "refund", "p1-refund-3", null, 500, "asked")],
        };

        await store.SaveAsync(report, Cancellation);
        await store.SaveAsync(report with { To = Start.AddDays(-1), Matched = 0 }, Cancellation);

        var last = (await store.LastAsync(Cancellation))!;
        Assert.Equal((report.At, report.From, report.To, "http", 3, 1, 2), (last.At, last.From, last.To, last.Provider, last.Matched, last.OnTheirWay, last.Foreign));
        Assert.Equal(report.Kinds, last.Kinds);
        Assert.Equal(report.Differences, last.Differences);
        await store.SaveAsync(report with { Matched = 4 }, Cancellation);
        Assert.Equal(4, (await store.LastAsync(Cancellation))!.Matched);
    }

    [Fact]
    public async Task The_sweep_and_the_count_read_an_index()
    {
        await Index.UpsertAsync([.. Enumerable.Range(0, 2_000).Select(i => Due($"p{i}", i) with { Operation = null })], Cancellation);
        var plans = await _database.Views.WriteAsync(
            async (connection, cancellation) =>
            {
                await connection.Command("ANALYZE payment_due").ExecuteAsync(cancellation);
                var due = connection.Command(PaymentIndex.Due, ("from", 0L), ("now", Start.ToMicroseconds()), ("limit", 512));
                foreach (var query in (PaymentQuery[])[
                    new() { Limit = 20 },
                    new() { Limit = 20, NeedsAttention = true },
                    new() { Limit = 20, Status = PaymentStatus.Processing, After = new PaymentPlace(Start, "p1") }])
                {
                    await PlanAsync(connection, PaymentIndex.List(connection, query, 21), cancellation);
                }

                return $"{await PlanAsync(connection, due, cancellation)}\n{await PlanAsync(connection, PaymentIndex.Attention(connection), cancellation)}";
            },
            Cancellation);

        Assert.Contains("payment_next", plans, StringComparison.Ordinal);
        Assert.Contains("payment_attention", plans, StringComparison.Ordinal);
    }

    private async Task<IEnumerable<string>> DueAsync(int seconds) =>
        (await Index.DueAsync(Start, Start.AddSeconds(seconds), 10, Cancellation)).Select(due => due.PaymentId);

    private async Task<IEnumerable<string>> ListAsync(PaymentQuery query) => (await Index.ListAsync(query, 10, Cancellation)).Select(place => place.Payment);

    private static PaymentState Due(string id, int seconds) => new()
    {
        Id = id,
        OrderId = "o",
        Version = 3,
        Status = PaymentStatus.Authorizing,
        Operation = new PaymentOperation
        {
            Kind = OperationKind.Authorize, Ordinal = 1, Amount = 100, RequestedAt = Start, DueAt = Start.AddSeconds(seconds),
        },
    };
}

/// <summary>The index over SQLite.</summary>
public sealed partial class SqlitePaymentIndex : PaymentIndexContract
{
    protected override Task<IStreamDatabase> CreateDatabaseAsync() => SqliteStreamDatabase.CreateAsync(Cancellation);

    protected override async Task<string> PlanAsync(DbConnection connection, DbCommand command, CancellationToken cancellationToken)
    {
        command.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText;
        var plan = string.Join("\n", await command.QueryAsync(row => row.GetString(3), cancellationToken));
        Assert.False(FullScan().IsMatch(plan), plan);
        return plan;
    }

    [GeneratedRegex("SCAN [a-z_]+( |$)(?!USING)")]
    private static partial Regex FullScan();
}

/// <summary>The index over PostgreSQL.</summary>
public sealed class PostgreSqlPaymentIndex(SharedPostgres server) : PaymentIndexContract
{
    protected override Task<IStreamDatabase> CreateDatabaseAsync() => PostgreSqlStreamDatabase.CreateAsync(server, Cancellation);

    protected override async Task<string> PlanAsync(DbConnection connection, DbCommand command, CancellationToken cancellationToken)
    {
        command.CommandText = "EXPLAIN " + command.CommandText;
        var plan = string.Join("\n", await command.QueryAsync(row => row.GetString(0), cancellationToken));
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        return plan;
    }
}
