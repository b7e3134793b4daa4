using System.Data.Common;
using System.Security.Cryptography;
using Granary.Domain.Feed;
using Granary.Domain.Webhooks;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Journal;
using Granary.Streams;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace Granary.Grains.Webhooks;

/// <summary>Manages the webhooks on the silo that receives the call.</summary>
[StatelessWorker]
public sealed class WebhookDesk(
    EndpointStore endpoints, DeliveryLog log, TargetGuard guard, WebhookSender sender, IJournal journal, IOptions<StreamSettings> options, WebhookWake wake,
    TimeProvider clock)
    : Grain, IWebhookDesk
{
    // Every event creates one delivery for each subscribed webhook, so their number is bounded.
    private const int MostWebhooks = 100;

    private const string DisabledByOperator = "disabled by an operator";

    /// <inheritdoc/>
    public Task<WebhookReply> Register(RegisterWebhook command) => ReachingAsync(async () =>
    {
        ArgumentNullException.ThrowIfNull(command);
        if (ProblemOf(command.Events) is { } unknown)
        {
            return new WebhookReply(null, Refusal: unknown);
        }

        if (await guard.ProblemAsync(command.Url, CancellationToken.None) is { } problem)
        {
            return new WebhookReply(null, Refusal: new InvalidValue("url", problem));
        }

        var now = clock.GetUtcNow();
        var events = command.Events.Distinct(StringComparer.Ordinal).ToList();
        var webhook = new Webhook("wh_" + Guid.CreateVersion7(now).ToString("N"), command.Url, events, null, now, command.By);
        var endpoint = new Endpoint(webhook, NewSecret(), await JournalEnd.ReadAsync(journal, options.Value.Partitions));
        return await endpoints.AddAsync(endpoint, MostWebhooks, CancellationToken.None)
            ? new WebhookReply(webhook, endpoint.Secret)
            : new WebhookReply(null, Refusal: new InvalidValue("url", $"would exceed the maximum of {MostWebhooks} webhooks; delete one first"));
    });

    /// <inheritdoc/>
    public Task<WebhookReply> Get(string id) => ReachingAsync(async () =>
        await endpoints.FindAsync(id, CancellationToken.None) is { } endpoint
            ? new WebhookReply(endpoint.Webhook)
            : new WebhookReply(null, Refusal: new NotFound()));

    /// <inheritdoc/>
    public Task<WebhookPage> List(int limit, string? after) => ReachingAsync(async () =>
    {
        var found = await endpoints.ListAsync(after, limit + 1, CancellationToken.None);
        return new WebhookPage([.. found.Take(limit).Select(endpoint => endpoint.Webhook)], found.Count > limit);
    });

    /// <inheritdoc/>
    public Task<WebhookReply> Update(UpdateWebhook command) => ReachingAsync(async () =>
    {
        ArgumentNullException.ThrowIfNull(command);
        if (await endpoints.FindAsync(command.Id, CancellationToken.None) is null)
        {
            return new WebhookReply(null, Refusal: new NotFound());
        }

        if (command.Events is { } events && ProblemOf(events) is { } unknown)
        {
            return new WebhookReply(null, Refusal: unknown);
        }

        if (command.Url is { } url && await guard.ProblemAsync(url, CancellationToken.None) is { } problem)
        {
            return new WebhookReply(null, Refusal: new InvalidValue("url", problem));
        }

        var distinct = command with { Events = command.Events?.Distinct(StringComparer.Ordinal).ToList() };
        if (await endpoints.UpdateAsync(distinct, await JournalEnd.ReadAsync(journal, options.Value.Partitions), DisabledByOperator, CancellationToken.None) is not { } endpoint)
        {
            return new WebhookReply(null, Refusal: new NotFound());
        }

        wake.Signal.Set();
        return new WebhookReply(endpoint.Webhook);
    });

    /// <inheritdoc/>
    public Task<WebhookReply> RotateSecret(string id) => ReachingAsync(async () =>
    {
        var now = clock.GetUtcNow();
        return await endpoints.RotateAsync(id, NewSecret(), now, now + WebhookSecret.Overlap, CancellationToken.None) is { } endpoint
            ? new WebhookReply(endpoint.Webhook, endpoint.Secret)
            : new WebhookReply(null, Refusal: new NotFound());
    });

    /// <inheritdoc/>
    public Task<WebhookTestReply> Test(string id) => ReachingAsync(async () =>
    {
        if (await endpoints.FindAsync(id, CancellationToken.None) is not { } endpoint)
        {
            return new WebhookTestReply("", null, null, TimeSpan.Zero, new NotFound());
        }

        var now = clock.GetUtcNow();
        var message = new DeliveryClaim(
            "msg_" + Guid.CreateVersion7(now).ToString("N"), id, Stream: "", Version: 0, Attempt: 1, now, WebhookMessage.WriteTest(id, now));
        var result = await sender.SendAsync(endpoint, message, CancellationToken.None);
        return new WebhookTestReply(message.Id, result.StatusCode, result.Error, result.Duration);
    });

    /// <inheritdoc/>
    public Task Delete(string id) => ReachingAsync(async () =>
    {
        await endpoints.DeleteAsync(id, CancellationToken.None);
        return id;
    });

    /// <inheritdoc/>
    public Task<DeliveryPage?> Deliveries(string id, int limit, DeliveryPlace? after) => ReachingAsync(async () =>
        await endpoints.FindAsync(id, CancellationToken.None) is null ? null : await log.ListAsync(id, limit, after, CancellationToken.None));

    /// <inheritdoc/>
    public Task<DeliveryReply> Redeliver(string id, string deliveryId) => ReachingAsync(async () =>
    {
        if (await endpoints.FindAsync(id, CancellationToken.None) is { Webhook.DisabledReason: not null })
        {
            return new DeliveryReply(null, new IllegalTransition("disabled", ["enable", "delete"]));
        }

        if (await log.RedeliverAsync(id, deliveryId, clock.GetUtcNow(), CancellationToken.None) is not { } delivery)
        {
            return new DeliveryReply(null, new NotFound());
        }

        wake.Signal.Set();
        return new DeliveryReply(delivery);
    });

    private static string NewSecret() => WebhookSecret.Of(RandomNumberGenerator.GetBytes(WebhookSecret.Length));

    private static InvalidValue? ProblemOf(IReadOnlyList<string> events) =>
        events.All(name => name is not null && PublicEvents.Has(name)) ? null : new InvalidValue("events", $"must be of {string.Join(", ", PublicEvents.Names)}");

    private static async Task<T> ReachingAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (DbException fault)
        {
            // The database driver's exceptions are unknown to a front end in a separate process.
            throw new WebhooksUnavailableException($"The webhook database cannot be reached: {fault.Message}");
        }
    }
}
