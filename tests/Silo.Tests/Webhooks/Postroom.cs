using Granary.Domain.Webhooks;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Grains.Webhooks;
using Granary.Streams.Views;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Silo.Tests.Webhooks;

/// <summary>The webhooks of one silo over a database and a clock that the test controls; no grains.</summary>
public sealed class Postroom : IAsyncDisposable
{
    private readonly WebhookSender _sender;
    private readonly WebhookMetrics _metrics = new();
    private readonly CancellationTokenSource _life = new();

    public Postroom(IViewDatabase database, FakeTimeProvider clock, WebhookOptions? options = null, IHostResolver? resolver = null)
    {
        options ??= new WebhookOptions { AllowHttp = true, AllowPrivateTargets = true };
        Clock = clock;
        Endpoints = new EndpointStore(database);
        Deliveries = new DeliveryStore(database);
        Log = new DeliveryLog(database);
        Guard = new TargetGuard(options, resolver ?? new SystemResolver());
        _sender = new WebhookSender(options, Guard, clock);
        Dispatcher = new WebhookDispatcher(
            Endpoints, Deliveries, _sender, options, _metrics, new WebhookWake(), clock, NullLogger<WebhookDispatcher>.Instance);
    }

    public FakeTimeProvider Clock { get; }

    public EndpointStore Endpoints { get; }

    public DeliveryStore Deliveries { get; }

    public DeliveryLog Log { get; }

    public TargetGuard Guard { get; }

    public WebhookDispatcher Dispatcher { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A webhook for two events, without the checks of a registration.</summary>
    public async Task<Endpoint> RegisterAsync(string url)
    {
        var webhook = new Webhook(
            "wh_" + Guid.CreateVersion7().ToString("N"), url, ["order.placed", "order.paid"], null, Clock.GetUtcNow(), "user-1");
        var endpoint = new Endpoint(webhook, WebhookSecret.Of(Guid.NewGuid().ToByteArray()), JournalEnd.At(10));
        Assert.True(await Endpoints.AddAsync(endpoint, 100, Cancellation));
        return endpoint;
    }

    /// <summary>Creates deliveries of an order's events, starting at a version.</summary>
    public Task<int> EnterAsync(string order, int version = 1, int count = 1) => Deliveries.AddAsync(
        [.. Enumerable.Range(version, count).Select(v => new EventMessage(
            "order/" + order, v, 10 + v, v == 1 ? "order.placed" : "order.paid",
            System.Text.Encoding.UTF8.GetBytes($$"""{"order":"{{order}}","version":{{v}}}""")))],
        Clock.GetUtcNow(),
        Cancellation);

    /// <summary>Starts the due attempts.</summary>
    public Task<int> StartAsync() => Dispatcher.StartDueAsync(_life.Token);

    /// <summary>Sends everything that is due now, and what becomes due as a result.</summary>
    public async Task SendAsync()
    {
        while (await StartAsync() > 0)
        {
            await Dispatcher.IdleAsync();
        }
    }

    /// <summary>The log of a webhook, oldest first.</summary>
    public async Task<IReadOnlyList<WebhookDelivery>> LogOfAsync(Endpoint endpoint) =>
        [.. (await Log.ListAsync(endpoint.Webhook.Id, 100, null, Cancellation)).Deliveries
            .OrderBy(delivery => delivery.OrderId).ThenBy(delivery => delivery.Version)];

    /// <summary>Ends it as a silo ends: attempts are cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        await _life.CancelAsync();
        await Dispatcher.IdleAsync();
        _sender.Dispose();
        _metrics.Dispose();
        _life.Dispose();
    }
}
