using System.Text.Json.Nodes;
using Granary.Audit;
using Granary.Journal;
using Granary.Orders;
using Granary.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Cluster.Tests;

/// <summary>Holds the journal, read past every grain and cache, against what customers were told.</summary>
internal sealed class Account(string connectionString) : IAsyncDisposable
{
    private const int Page = 5_000;

    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(connectionString);
    private readonly JournalAudit _audit = new();
    private long _position;

    /// <summary>
    /// Returns when the journal is sound and settled, and says exactly what the customers were told, who must be quiet. Stock
    /// items and wallets whose silo died heal when they are next touched, so everybody is looked at meanwhile.
    /// </summary>
    public async Task IsExactAsync(Crowd crowd, Func<Task> touchEverything)
    {
        var report = await ReadAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                await touchEverything();
                report = await ReadAsync();
                return !report.IsSound || report.Unsettled.Count == 0;
            },
            "every reservation and hold is in step with its order",
            TimeSpan.FromMinutes(1));
        Assert.Empty(report.Violations);
        var told = crowd.Members.SelectMany(customer => customer.Told.Select(answer => (customer.UserId, Note: answer.Key, Order: answer.Value))).ToList();
        var placed = _audit.Orders.Values.Where(order => order.Exists).ToLookup(order => order.Note, StringComparer.Ordinal);
        foreach (var (userId, note, answer) in told)
        {
            var order = Assert.Single(placed[note]);
            AssertSame(userId, answer, order);
        }

        // Everything in the journal was acknowledged: an order behind a refusal would be a second one or a lost one.
        Assert.Equal(told.Count, placed.Count);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static void AssertSame(string userId, JsonNode told, OrderState order)
    {
        Assert.Equal((string?)told["id"], order.Id);
        Assert.Equal(userId, order.UserId);
        Assert.Equal((string?)told["status"], order.Status.ToString().ToLowerInvariant());
        Assert.Equal((long)told["total"]!["amount"]!, order.Total);
        Assert.Equal((long)told["version"]!, order.VisibleVersion);
        Assert.Equal(
            told["items"]!.AsArray().Select(line => ((string)line!["sku"]!, (long)line["quantity"]!, (long)line["unit_price"]!["amount"]!)),
            order.Lines.Select(line => (line.Sku, line.Quantity, line.UnitPrice)));
    }

    private async Task<AuditReport> ReadAsync()
    {
        await using var journal = new PostgreSqlJournal(_database, new JournalStoreOptions(), NullLogger<PostgreSqlJournal>.Instance);
        IReadOnlyList<JournalRecord> page;
        do
        {
            page = await journal.ReadAllAsync(_position, Page, CancellationToken.None);
            foreach (var record in page)
            {
                _audit.Add(record);
                _position = record.Position;
            }
        }
        while (page.Count == Page);
        return _audit.Judge();
    }
}
