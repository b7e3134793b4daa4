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
using Npgsql;

namespace Granary.Programs.Tests.Cluster;

/// <summary>
/// Compares the journal, read without grains and caches, with the answers that customers got, and the consumers of the journal
/// with the journal: the index of orders and, through a webhook, a recipient.
/// </summary>
internal sealed class Account : IAsyncDisposable
{
    private const int Page = 5_000;

    private readonly JournalAudit _audit = new();
    private readonly WebApplication _idle;
    private readonly Recipient _recipient;
    private readonly List<(string Position, string Stream, long Version, string Type)> _public = [];
    private readonly Dictionary<IJournal, long> _positions = [];

    private Account(Deployment deployment, Recipient recipient)
    {
        _recipient = recipient;

        // Never started: it only composes the readers of the journal and of the index.
        _idle = FrontEnd.Build([], builder => builder.Configuration.AddInMemoryCollection(deployment.Configuration));
    }

    /// <summary>Opens the account before the first order.</summary>
    public static async Task<Account> OpenAsync(Deployment deployment)
    {
        var recipient = await Recipient.ListenAsync(deployment.HostAddress);
        await using var cluster = await deployment.ConnectAsync();
        var webhook = await cluster.Grains.GetGrain<IWebhookDesk>(0).Register(new RegisterWebhook(recipient.Url, OrderEvent.PublicNames, UserId.System));
        Assert.Null(webhook.Refusal);
        var account = new Account(deployment, recipient);
        Assert.True(await account._idle.Services.GetRequiredService<JournalDatabases>().OpenAsync(create: false, CancellationToken.None));
        return account;
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
            () => orders.TrueForAll(order => _recipient.HeardOf(order.Id).Count >= order.Timeline.Length), "the recipient hears of every event");
        Assert.All(orders, order => Assert.Equal(order.Timeline.Select(entry => entry.Version), _recipient.HeardOf(order.Id)));
        var index = _idle.Services.GetRequiredService<OrderIndexAudit>();
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    // It is not started, so nothing else tells it of a new primary.
                    await LookAsync();
                    return await index.CheckAsync(new Progress<double>(), CancellationToken.None) is [];
                }
                catch (Exception fault) when (fault is NpgsqlException { IsTransient: true } or JournalUnavailableException)
                {
                    // The fault has cut this client's own connections, too.
                    return false;
                }
            },
            "the index equals the journal");
        return $"{orders.Count} orders, {events} events, {_recipient.Messages} messages";
    }

    /// <summary>Returns when a consumer of the feed has what the journal has: every public event, once and in order.</summary>
    /// <returns>How many events there were.</returns>
    public async Task<string> IsFedAsync(FeedConsumer consumer)
    {
        await ReadAsync();
        var expected = _public.ToList();
        await (_positions.Count == 1 ? consumer.HasGotAsync(expected) : consumer.HasGotInAnyOrderAsync(expected));
        return $"{expected.Count} events of the feed";
    }

    /// <summary>
    /// Returns when the journal is sound and in step, and matches exactly the answers that customers got. Customers must be
    /// paused. Stock items and wallets whose silo died heal at the next call, so this method calls all of them meanwhile.
    /// </summary>
    /// <param name="others">What customers outside the crowd were told: their user and the last answer about each order.</param>
    public async Task IsExactAsync(Crowd crowd, Func<Task> touchEverything, params IEnumerable<(string UserId, JsonNode Order)> others)
    {
        var report = await ReadAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                await touchEverything();
                report = await ReadAsync();
                return !report.IsSound || report.Lagging.Count == 0;
            },
            "every reservation and hold is in step with its order");
        Assert.Empty(report.Violations);
        var told = crowd.Members.SelectMany(customer => customer.Told.Select(answer => (customer.UserId, Note: answer.Key, Order: answer.Value)))
            .Concat(others.Select(other => (other.UserId, Note: (string)other.Order["note"]!, other.Order))).ToList();
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

    /// <summary>The idle process is not started, so nothing else tells it of a new primary.</summary>
    private async Task LookAsync() => await Task.WhenAll(
        _idle.Services.GetRequiredService<JournalDatabases>().All.Select(database => database.Servers.LookAsync(CancellationToken.None)));

    private async Task<AuditReport> ReadAsync()
    {
        await LookAsync();
        foreach (var database in _idle.Services.GetRequiredService<IJournal>().Databases)
        {
            var position = _positions.GetValueOrDefault(database);
            IReadOnlyList<JournalRecord> page;
            do
            {
                page = await database.ReadAllAsync(position, Page, CancellationToken.None);
                foreach (var record in page)
                {
                    _audit.Add(record);
                    position = record.Position;
                    if (PublicEvents.Has(record.Type))
                    {
                        _public.Add((record.Position.ToString(CultureInfo.InvariantCulture), record.Stream, record.Version, record.Type));
                    }
                }
            }
            while (page.Count == Page);
            _positions[database] = position;
        }

        return _audit.Judge();
    }
}
