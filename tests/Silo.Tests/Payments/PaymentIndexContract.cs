using System.Data.Common;
using System.Text.RegularExpressions;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Payments.Index;
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
    public async Task The_sweep_and_the_count_read_an_index()
    {
        await Index.UpsertAsync([.. Enumerable.Range(0, 2_000).Select(i => Due($"p{i}", i) with { Operation = null })], Cancellation);
        var plans = await _database.Views.WriteAsync(
            async (connection, cancellation) =>
            {
                await connection.Command("ANALYZE payment_due").ExecuteAsync(cancellation);
                var due = connection.Command(PaymentIndex.Due, ("from", 0L), ("now", Start.ToMicroseconds()), ("limit", 512));
                return $"{await PlanAsync(connection, due, cancellation)}\n{await PlanAsync(connection, PaymentIndex.Attention(connection), cancellation)}";
            },
            Cancellation);

        Assert.Contains("payment_next", plans, StringComparison.Ordinal);
        Assert.Contains("payment_attention", plans, StringComparison.Ordinal);
    }

    private async Task<IEnumerable<string>> DueAsync(int seconds) =>
        (await Index.DueAsync(Start, Start.AddSeconds(seconds), 10, Cancellation)).Select(due => due.PaymentId);

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
