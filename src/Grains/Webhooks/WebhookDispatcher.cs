using System.Collections.Concurrent;
using System.Data.Common;
using Granary.Domain.Webhooks;

namespace Granary.Grains.Webhooks;

/// <summary>
/// Sends due deliveries. Each webhook has its own small limit of concurrent attempts, and a limit of one while its last attempt
/// failed, so receivers that hang do not delay other webhooks. A webhook whose receiver asked for a wait (<c>Retry-After</c>) gets
/// none of its messages during that time; another silo that takes over does not know of the wait and is told again.
/// </summary>
public sealed partial class WebhookDispatcher(
    EndpointStore endpoints,
    DeliveryStore deliveries,
    WebhookSender sender,
    WebhookOptions options,
    WebhookMetrics metrics,
    WebhookWake wake,
    TimeProvider clock,
    ILogger<WebhookDispatcher> logger)
{
    // Maximum attempts of all webhooks together. They mostly wait, so the limit only protects memory and sockets.
    private const int Most = 1_024;

    // A claim outlives its attempt by this time, so that the result is recorded before another dispatcher tries.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<Task, string> _running = new();
    private readonly ConcurrentDictionary<string, bool> _failing = new(StringComparer.Ordinal);

    // Ends of waits that receivers asked for, on the monotonic clock.
    private readonly ConcurrentDictionary<string, long> _resting = new(StringComparer.Ordinal);

    /// <summary>Number of attempts in progress.</summary>
    public int Running => _running.Count;

    /// <summary>Whether any delivery is due.</summary>
    public async Task<bool> IsDueAsync(CancellationToken cancellationToken) =>
        (await endpoints.ReadDueAsync(clock.GetUtcNow(), cancellationToken)).Count > 0;

    /// <summary>Starts attempts of due deliveries, up to the limits.</summary>
    /// <param name="cancellationToken">
    /// Cancels the attempts, too. Their deliveries are due again at once, for the next dispatcher.
    /// </param>
    /// <returns>How many attempts were started.</returns>
    public async Task<int> StartDueAsync(CancellationToken cancellationToken)
    {
        var started = 0;
        foreach (var endpoint in await endpoints.ReadDueAsync(clock.GetUtcNow(), cancellationToken))
        {
            var id = endpoint.Webhook.Id;
            if (IsResting(id))
            {
                continue;
            }

            var mine = _running.Values.Count(running => running == id);
            var free = Math.Min((_failing.ContainsKey(id) ? 1 : options.Concurrency) - mine, Most - _running.Count);
            if (free <= 0)
            {
                continue;
            }

            var now = clock.GetUtcNow();
            var claims = await deliveries.ClaimAsync(id, now, now + options.Timeout + Slack, free, cancellationToken);
            foreach (var claim in claims)
            {
                Start(endpoint, claim, cancellationToken);
            }

            started += claims.Count;
        }

        return started;
    }

    /// <summary>Returns when no attempt is in progress.</summary>
    public async Task IdleAsync()
    {
        while (!_running.IsEmpty)
        {
            await Task.WhenAll(_running.Keys);
        }
    }

    private void Start(Endpoint endpoint, DeliveryClaim claim, CancellationToken cancellationToken)
    {
        // The task must be in the list before it can remove itself.
        var listed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? attempt = null;
        attempt = RunAsync();
        _running[attempt] = endpoint.Webhook.Id;
        listed.SetResult();

        async Task RunAsync()
        {
            await listed.Task;
            try
            {
                await AttemptAsync(endpoint, claim, cancellationToken);
            }
            finally
            {
                _running.TryRemove(attempt!, out _);
                wake.Signal.Set();
            }
        }
    }

    private async Task AttemptAsync(Endpoint endpoint, DeliveryClaim claim, CancellationToken cancellationToken)
    {
        try
        {
            AttemptResult result;
            try
            {
                result = await sender.SendAsync(endpoint, claim, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // This silo is stopping; another one makes the attempt.
                await deliveries.ReleaseAsync(claim, clock.GetUtcNow(), CancellationToken.None);
                return;
            }

            // A stopping silo still records a result that it knows.
            await RecordAsync(endpoint, claim, result);
        }
        catch (Exception fault) when (fault is DbException or TimeoutException or IOException)
        {
            // The database did not record the result; the claim expires and the message is sent again.
            NotRecorded(claim.Id, fault);
        }
    }

    private async Task RecordAsync(Endpoint endpoint, DeliveryClaim claim, AttemptResult result)
    {
        var answer = DeliveryAnswers.Of(result.StatusCode);
        metrics.Attempted(answer, result.Duration);
        switch (answer)
        {
            case DeliveryAnswer.Taken:
                _failing.TryRemove(endpoint.Webhook.Id, out _);
                await deliveries.DeliveredAsync(claim, result, CancellationToken.None);
                break;
            case DeliveryAnswer.Gone:
                _failing.TryRemove(endpoint.Webhook.Id, out _);
                Disabled(endpoint.Webhook.Id);
                await deliveries.DisableAsync(claim, result, "The receiver answered 410 Gone.", CancellationToken.None);
                break;
            default:
                _failing[endpoint.Webhook.Id] = true;
                if (result.RetryAfter is { } asked)
                {
                    Rest(endpoint.Webhook.Id, asked);
                }

                await RescheduleAsync(claim, result);
                break;
        }
    }

    private void Rest(string webhook, TimeSpan asked)
    {
        var end = clock.GetTimestamp() + (long)(RetrySchedule.Bounded(asked).TotalSeconds * clock.TimestampFrequency);
        _resting.AddOrUpdate(webhook, end, (_, other) => Math.Max(end, other));
    }

    private bool IsResting(string webhook)
    {
        if (!_resting.TryGetValue(webhook, out var end))
        {
            return false;
        }

        if (clock.GetTimestamp() < end)
        {
            return true;
        }

        _resting.TryRemove(new KeyValuePair<string, long>(webhook, end));
        return false;
    }

    private async Task RescheduleAsync(DeliveryClaim claim, AttemptResult result)
    {
        if (RetrySchedule.Next(claim.FirstAttemptAt, claim.Attempt, result.At, Random.Shared.NextDouble(), result.RetryAfter) is { } next)
        {
            await deliveries.FailedAsync(claim, result, next, CancellationToken.None);
            return;
        }

        GivenUp(claim.Id, claim.EndpointId, claim.Attempt);
        metrics.GivenUp();
        await deliveries.GivenUpAsync(claim, result, CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The result of an attempt of {Delivery} could not be recorded; the message will be sent again.")]
    private partial void NotRecorded(string delivery, Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook {Webhook} is disabled: its receiver answered 410.")]
    private partial void Disabled(string webhook);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Delivery {Delivery} of webhook {Webhook} was given up after {Attempts} attempts.")]
    private partial void GivenUp(string delivery, string webhook, int attempts);
}
