using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Granary.PaymentProvider;

/// <summary>
/// Sends events until the receiver answers 2xx: after 1 s, 2 s, 4 s and so on up to a minute, for 20 attempts. It adds the faults that
/// are set. Events outlive the process, since they are in the ledger.
/// </summary>
public sealed partial class WebhookSender : BackgroundService
{
    private const int MostAttempts = 20;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Ledger _ledger;
    private readonly Faults _faults;
    private readonly IHttpClientFactory _clients;
    private readonly TimeProvider _clock;
    private readonly ProviderOptions _options;
    private readonly ILogger<WebhookSender> _logger;
    private readonly SemaphoreSlim _added = new(0, 1);

    public WebhookSender(
        Ledger ledger, Faults faults, IHttpClientFactory clients, TimeProvider clock, IOptions<ProviderOptions> options, ILogger<WebhookSender> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_ledger, _faults, _clients, _clock, _options, _logger) = (ledger, faults, clients, clock, options.Value, logger);
        _ledger.EventsAdded += Wake;
    }

    public override void Dispose()
    {
        _ledger.EventsAdded -= Wake;
        _added.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_options.WebhookUrl is not { } url)
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            var due = _ledger.DueEvents(limit: 100);
            var faults = _faults.Plan.Events ?? new EventFault();
            foreach (var (happened, attempts) in faults.Reorder ? due.Reverse() : due)
            {
                await SendAsync(url, happened, attempts, faults, stoppingToken);
            }

            // Events that are sent again become due without being added.
            await _added.WaitAsync(due.Count == 0 ? TimeSpan.FromMilliseconds(200) : TimeSpan.Zero, stoppingToken);
        }
    }

    private async Task SendAsync(Uri url, LedgerEvent happened, int attempts, EventFault faults, CancellationToken cancellationToken)
    {
        if (attempts == 0 && _faults.Drops())
        {
            _ledger.Sent(happened.Id, wait: null);
            return;
        }

        if (faults.DelayMs > 0 && _clock.GetUtcNow() < happened.OccurredAt.AddMilliseconds(faults.DelayMs))
        {
            _ledger.Sent(happened.Id, happened.OccurredAt.AddMilliseconds(faults.DelayMs) - _clock.GetUtcNow());
            return;
        }

        var received = false;
        for (var copy = 0; copy < Math.Max(1, faults.Copies); copy++)
        {
            received |= await PostAsync(url, happened, cancellationToken);
        }

        _ledger.Sent(
            happened.Id,
            received || attempts >= MostAttempts ? null : TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, attempts))));
    }

    private async Task<bool> PostAsync(Uri url, LedgerEvent happened, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(happened, Json);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(_options.WebhookSecret, _clock.GetUtcNow(), body));
        try
        {
            using var client = _clients.CreateClient();
            client.Timeout = TimeSpan.FromSeconds(10);
            using var response = await client.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogNotReceived(happened.Id, fault.Message);
            return false;
        }
    }

    private void Wake()
    {
        try
        {
            _added.Release();
        }
        catch (SemaphoreFullException)
        {
            // The sender is woken already.
        }
    }

    [LoggerMessage(LogLevel.Warning, "Event {EventId} was not received and is sent again: {Reason}")]
    private partial void LogNotReceived(string eventId, string reason);
}
