using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;

namespace Granary.Grains.Payments.Providers;

/// <summary>A provider that speaks <c>docs/payments-protocol.md</c>.</summary>
public sealed class HttpProvider : IPaymentProvider, IDisposable
{
    private readonly RemoteProvider _remote;
    private readonly Uri? _returnUrl;
    /// <summary>
    /// <see cref="HttpClient"/> keeps its timeouts for good. Calls on the one before end by its timeouts, and its connections close when they are idle.
    /// </summary>
    private readonly Derived<PaymentOptions, (TimeSpan Connect, TimeSpan Call), HttpClient> _http;

    /// <param name="options">With <see cref="PaymentOptions.Http"/>.</param>
    public HttpProvider(ICurrent<PaymentOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _remote = options.Value.Http ?? throw new ArgumentException("The options have no address of the provider.", nameof(options));
        _returnUrl = options.Value.ReturnUrl;
        _http = new(options, static now => (now.ConnectTimeout, now.CallTimeout), ClientOf);
    }

    /// <inheritdoc/>
    public string Name => "http";

    /// <summary>Operations in a page of the list.</summary>
    internal int PageLength { get; init; } = 1_000;

    /// <inheritdoc/>
    public void Dispose() => _http.Current.Dispose();

    /// <inheritdoc/>
    public async Task<ProviderAnswer> CallAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        var kind = call.Operation.Kind;
        var body = kind switch
        {
            OperationKind.Authorize => new ProtocolRequest(call.Operation.Amount, call.Currency, call.Token, _returnUrl?.AbsoluteUri),
            OperationKind.Void => new ProtocolRequest(),
            _ => new ProtocolRequest(call.Operation.Amount),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/payments/{Uri.EscapeDataString(call.Payment)}/{Words.Of(kind)}")
        {
            Content = JsonContent.Create(body, ProtocolJson.Default.ProtocolRequest),
        };
        request.Headers.Add("Idempotency-Key", call.Key);
        return await SendAsync(request, call, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ProviderAnswer> AskAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/operations/{Uri.EscapeDataString(call.Key)}");
        return await SendAsync(request, call, cancellationToken);
    }

    /// <inheritdoc/>
    public EventReading Read(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body, DateTimeOffset now) =>
        ProtocolEvent.Read(_remote.WebhookSecret, headers, body, now);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ProviderOperation> ListAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var query = string.Create(
                CultureInfo.InvariantCulture,
                $"v1/operations?from={Uri.EscapeDataString(from.ToString("O"))}&to={Uri.EscapeDataString(to.ToString("O"))}&limit={PageLength}");
            using var response = await _http.Current.GetAsync(new Uri(cursor is null ? query : $"{query}&cursor={Uri.EscapeDataString(cursor)}", UriKind.Relative), cancellationToken);
            response.EnsureSuccessStatusCode();
            var page = await response.Content.ReadFromJsonAsync(ProtocolJson.Default.ProtocolPage, cancellationToken);
            foreach (var operation in page?.Data ?? [])
            {
                if (Words.Find<OperationKind>(operation.Kind ?? "") is { } kind)
                {
                    yield return new ProviderOperation(
                        operation.Key, operation.Payment, operation.Reference ?? "", kind, operation.Amount, operation.ToAnswer(kind), operation.CreatedAt);
                }
            }

            cursor = page?.NextCursor == cursor && cursor is not null
                ? throw new InvalidDataException("its list has a page that is followed by itself")
                : page?.NextCursor;
        }
        while (cursor is not null);
    }

    private HttpClient ClientOf(PaymentOptions options)
    {
        var client = ProviderHttp.ClientOf(options, _remote.Address);
        client.BaseAddress = new Uri(_remote.Address.AbsoluteUri.TrimEnd('/') + "/");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _remote.Key);
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Granary-Payments", "1.0"));
        return client;
    }

    private async Task<ProviderAnswer> SendAsync(HttpRequestMessage request, ProviderCall call, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.Current.SendAsync(request, cancellationToken);
            return response.StatusCode switch
            {
                HttpStatusCode.OK or HttpStatusCode.Created => await ReadAsync(response, call, cancellationToken),
                HttpStatusCode.NotFound when request.Method == HttpMethod.Get => new ProviderAnswer.NotKnown(),

                // It is malformed for good: the same request would be refused again.
                HttpStatusCode.BadRequest when await IsInvalidAsync(response, cancellationToken) => new ProviderAnswer.Rejected(ProtocolFault.Invalid),
                var other => new ProviderAnswer.NoAnswer($"http_{(int)other}"),
            };
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested && fault is HttpRequestException or IOException or OperationCanceledException)
        {
            return new ProviderAnswer.NoAnswer(ProviderHttp.ReasonOf(fault));
        }
        catch (JsonException)
        {
            return new ProviderAnswer.NoAnswer("unreadable");
        }
    }

    private static async Task<ProviderAnswer> ReadAsync(HttpResponseMessage response, ProviderCall call, CancellationToken cancellationToken)
    {
        var operation = await response.Content.ReadFromJsonAsync(ProtocolJson.Default.ProtocolOperation, cancellationToken);
        return operation is not null && operation.Key == call.Key && operation.Payment == call.Payment && operation.Kind == Words.Of(call.Operation.Kind)
            ? operation.ToAnswer(call.Operation.Kind)
            : new ProviderAnswer.NoAnswer("answer_of_another_operation");
    }

    private static async Task<bool> IsInvalidAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync(ProtocolJson.Default.ProtocolFault, cancellationToken) is { Error: ProtocolFault.Invalid };
}
