using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Api;
using Granary.Domain.Audit;
using Granary.Domain.Events;
using Granary.Domain.Feed;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Grains.Orders.Index;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Programs.Tests.Cluster;

/// <summary>
/// Compares the journal, read without grains and caches, with the answers that customers got, and the consumers of the journal
/// with the journal: the index of orders and, through a webhook, a recipient.
/// </summary>
internal sealed class Account : IAsyncDisposable
{
    private const int Page = 5_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly PostgreSqlServers _servers;
    private readonly NpgsqlDataSource _database;
    private readonly JournalAudit _audit = new();
    private readonly WebApplication _idle;
    private readonly Recipient _recipient;
    private readonly List<(string Position, string Stream, long Version, string Type)> _public = [];
    private long _position;

    private Account(Deployment deployment, Recipient recipient)
    {
        _recipient = recipient;
        _servers = new PostgreSqlServers(deployment.Database);
        _database = _servers.Open();

        // Never started: it only composes the reader of the index.
        _idle = FrontEnd.Build([], builder => builder.Configuration.AddInMemoryCollection(deployment.Configuration));
    }

    /// <summary>Opens the account before the first order.</summary>
    public static async Task<Account> OpenAsync(Deployment deployment)
    {
        var recipient = await Recipient.ListenAsync(deployment.HostAddress);
        await using var cluster = await deployment.ConnectAsync();
        var webhook = await cluster.Grains.GetGrain<IWebhookDesk>(0).Register(new RegisterWebhook(recipient.Url, OrderEvent.PublicNames, UserId.System));
        Assert.Null(webhook.Refusal);
        return new Account(deployment, recipient);
    }

    /// <summary>
    /// Returns when every event of an order has reached the consumers: the index has every order as the journal has it, and the
    /// recipient has got every version in order.
    /// </summary>
    /// <returns>How many events there were and how often the recipient got them.</returns>
    public async Task<string> IsDeliveredAsync()
    {
        await ReadAsync();
        var orders = _audit.Orders.Values.Where(order => order.Exists).ToList();
        var events = orders.Sum(order => order.Timeline.Length);
        await Eventually.HoldsAsync(
            () => orders.TrueForAll(order => _recipient.HeardOf(order.Id).Count >= order.Timeline.Length), "the recipient hears of every event", Patience);
        Assert.All(orders, order => Assert.Equal(order.Timeline.Select(entry => entry.Version), _recipient.HeardOf(order.Id)));
        var index = _idle.Services.GetRequiredService<OrderIndexAudit>();
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    // It is not started, so nothing else tells it of a new primary.
                    await _idle.Services.GetRequiredService<PostgreSqlServers>().LookAsync(CancellationToken.None);
                    return await index.CheckAsync(new Progress<double>(), CancellationToken.None) is [];
                }
                catch (NpgsqlException fault) when (fault.IsTransient)
                {
                    // The fault has cut this client's own connections, too.
                    return false;
                }
            },
            "the index equals the journal",
            Patience);
        return $"{orders.Count} orders, {events} events, {_recipient.Messages} messages";
    }

    /// <summary>Returns when a consumer of the feed has what the journal has: every public event, once and in order.</summary>
    /// <returns>How many events there were.</returns>
    public async Task<string> IsFedAsync(FeedConsumer consumer)
    {
        await ReadAsync();
        var expected = _public.ToList();
        await consumer.HasGotAsync(expected, Patience);
        return $"{expected.Count} events of the feed";
    }

    /// <summary>
    /// Returns when the journal is sound and in step, and matches exactly the answers that customers got. Customers must be
    /// paused. Stock items and wallets whose silo died heal at the next call, so this method calls all of them meanwhile.
    /// </summary>
    public async Task IsExactAsync(Crowd crowd, Func<Task> touchEverything)
    {
        var report = await ReadAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                await touchEverything();
                report = await ReadAsync();
                return !report.IsSound || report.Lagging.Count == 0;
            },
            "every reservation and hold is in step with its order",
            Patience);
        Assert.Empty(report.Violations);
        var told = crowd.Members.SelectMany(customer => customer.Told.Select(answer => (customer.UserId, Note: answer.Key, Order: answer.Value))).ToList();
        var placed = _audit.Orders.Values.Where(order => order.Exists).ToLookup(order => order.Note, StringComparer.Ordinal);
        foreach (var (userId, note, answer) in told)
        {
            var order = Assert.Single(placed[note]);
            AssertSame(userId, answer, order);
        }

        // Everything in the journal was acknowledged: an order whose customer got a refusal would be a second or a lost one.
        Assert.Equal(told.Count, placed.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _recipient.DisposeAsync();
        await _idle.DisposeAsync();
        await _servers.DisposeAsync();
    }

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
        await using var journal = new PostgreSqlJournal(_database, new JournalStoreOptions(), NullLogger<PostgreSqlJournal>.Instance, _servers);
        IReadOnlyList<JournalRecord> page;
        do
        {
            page = await journal.ReadAllAsync(_position, Page, CancellationToken.None);
            foreach (var record in page)
            {
                _audit.Add(record);
                _position = record.Position;
                if (PublicEvents.Has(record.Type))
                {
                    _public.Add((record.Position.ToString(CultureInfo.InvariantCulture), record.Stream, record.Version, record.Type));
                }
            }
        }
        while (page.Count == Page);
        return _audit.Judge();
    }
}
