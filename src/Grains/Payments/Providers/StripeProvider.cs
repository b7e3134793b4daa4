using System.Runtime.CompilerServices;
using System.Text.Json;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Settings;
using Stripe;

namespace Granary.Grains.Payments.Providers;

/// <summary>
/// Stripe: a payment is a payment intent that is confirmed at once and captured by itself, a refund is a refund. Every object carries the
/// payment, the order and the operation's key in its metadata, and every call the key as Stripe's idempotency key.
/// </summary>
public sealed class StripeProvider : IPaymentProvider, IDisposable
{
    private readonly RemoteProvider _remote;
    private readonly Uri? _returnUrl;
    /// <summary>
    /// <see cref="HttpClient"/> keeps its timeouts for good. Calls on the one before end by its timeouts, and its connections close when they are idle.
    /// </summary>
    private readonly Derived<PaymentOptions, (TimeSpan Connect, TimeSpan Call), Services> _services;

    /// <param name="options">With <see cref="PaymentOptions.Stripe"/>.</param>
    public StripeProvider(ICurrent<PaymentOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _remote = options.Value.Stripe ?? throw new ArgumentException("The options have no account at Stripe.", nameof(options));
        _returnUrl = options.Value.ReturnUrl;
        _services = new(options, static now => (now.ConnectTimeout, now.CallTimeout), ServicesOf);
    }

    /// <summary>The address of Stripe's API.</summary>
    public static Uri PublicAddress { get; } = new("https://api.stripe.com");

    /// <inheritdoc/>
    public string Name => "stripe";

    /// <inheritdoc/>
    public void Dispose() => _services.Current.Http.Dispose();

    /// <inheritdoc/>
    public async Task<ProviderAnswer> CallAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            return await MakeAsync(call, cancellationToken);
        }
        catch (StripeException fault) when (fault.StripeError?.Code == StripeAnswers.UnexpectedState)
        {
            // The intent is beyond this operation: it says itself where it is.
            return await AskAsync(call, cancellationToken) is var answer and not ProviderAnswer.NotKnown ? answer
                : new ProviderAnswer.Rejected(StripeAnswers.UnexpectedState);
        }
        catch (StripeException fault)
        {
            return StripeAnswers.Of(call.Operation.Kind, fault);
        }
        catch (Exception fault) when (IsSilence(fault, cancellationToken))
        {
            return new ProviderAnswer.NoAnswer(ProviderHttp.ReasonOf(fault));
        }
    }

    /// <inheritdoc/>
    public async Task<ProviderAnswer> AskAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            return call.Operation.Kind == OperationKind.Refund ? await AskRefundAsync(call, cancellationToken)
                : await FindAsync(call, cancellationToken) is not { } intent ? new ProviderAnswer.NotKnown()
                : StripeAnswers.Of(call, intent);
        }
        catch (StripeException fault)
        {
            // What it refuses to tell says nothing of the operation.
            return new ProviderAnswer.NoAnswer(StripeAnswers.ReasonOf(fault));
        }
        catch (Exception fault) when (IsSilence(fault, cancellationToken))
        {
            return new ProviderAnswer.NoAnswer(ProviderHttp.ReasonOf(fault));
        }
    }

    /// <inheritdoc/>
    public EventReading Read(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body, DateTimeOffset now) =>
        StripeEvents.Read(_remote.WebhookSecret, headers, body, now);

    /// <inheritdoc/>
    /// <remarks>
    /// Stripe lists intents by when they were created, which is up to the life of an authorization before their capture.
    /// </remarks>
    public async IAsyncEnumerable<ProviderOperation> ListAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var intents = new PaymentIntentListOptions
        {
            Limit = 100,
            Created = new DateRangeOptions { GreaterThanOrEqual = (from - StripeAnswers.LongestAuthorization).UtcDateTime, LessThan = to.UtcDateTime },
            Expand = ["data.latest_charge.balance_transaction"],
        };
        await foreach (var intent in _services.Current.Intents.ListAutoPagingAsync(intents, cancellationToken: cancellationToken))
        {
            foreach (var operation in StripeAnswers.OperationsOf(intent).Where(operation => operation.At >= from && operation.At < to))
            {
                yield return operation;
            }
        }

        var refunds = new RefundListOptions
        {
            Limit = 100,
            Created = new DateRangeOptions { GreaterThanOrEqual = from.UtcDateTime, LessThan = to.UtcDateTime },
        };
        await foreach (var refund in _services.Current.Refunds.ListAutoPagingAsync(refunds, cancellationToken: cancellationToken))
        {
            yield return StripeAnswers.OperationOf(refund);
        }
    }

    private static bool IsSilence(Exception fault, CancellationToken cancellationToken) => !cancellationToken.IsCancellationRequested
        && fault is HttpRequestException or IOException or OperationCanceledException or JsonException;

    private Task<ProviderAnswer> MakeAsync(ProviderCall call, CancellationToken cancellationToken) => call.Operation.Kind switch
    {
        OperationKind.Authorize => AuthorizeAsync(call, cancellationToken),
        OperationKind.Capture => CaptureAsync(call, cancellationToken),
        OperationKind.Void => VoidAsync(call, cancellationToken),
        OperationKind.Refund => RefundAsync(call, cancellationToken),
    };

    private async Task<ProviderAnswer> AuthorizeAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        var create = new PaymentIntentCreateOptions
        {
            Amount = call.Operation.Amount,
            Currency = StripeAnswers.CurrencyOf(call.Currency),
            CaptureMethod = "manual",
            Confirm = true,
            ReturnUrl = _returnUrl?.AbsoluteUri,
            Metadata = StripeAnswers.MetadataOf(call),
            Expand = [StripeAnswers.Charge],
        };
        switch (call.Token)
        {
            case { } token when token.StartsWith("ctoken_", StringComparison.Ordinal):
                create.ConfirmationToken = token;
                break;
            case { } token when token.StartsWith("tok_", StringComparison.Ordinal):
                create.PaymentMethodData = new PaymentIntentPaymentMethodDataOptions { Type = "card" };
                create.AddExtraParam("payment_method_data[card][token]", token);
                break;
            default:
                create.PaymentMethod = call.Token;
                break;
        }

        return StripeAnswers.Of(call, await _services.Current.Intents.CreateAsync(create, OptionsOf(call), cancellationToken));
    }

    private async Task<ProviderAnswer> CaptureAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        var capture = new PaymentIntentCaptureOptions
        {
            AmountToCapture = call.Operation.Amount,
            Metadata = new() { [StripeAnswers.CaptureKey] = call.Key },
        };
        return call.Reference is null ? new ProviderAnswer.NoAnswer(StripeAnswers.NoReference)
            : StripeAnswers.Of(call, await _services.Current.Intents.CaptureAsync(call.Reference, capture, OptionsOf(call), cancellationToken));
    }

    private async Task<ProviderAnswer> VoidAsync(ProviderCall call, CancellationToken cancellationToken) =>
        call.Reference is null ? new ProviderAnswer.NoAnswer(StripeAnswers.NoReference)
        : StripeAnswers.Of(call, await _services.Current.Intents.CancelAsync(
            call.Reference, new PaymentIntentCancelOptions { CancellationReason = StripeAnswers.VoidReason }, OptionsOf(call), cancellationToken));

    private async Task<ProviderAnswer> RefundAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        var create = new RefundCreateOptions
        {
            PaymentIntent = call.Reference,
            Amount = call.Operation.Amount,
            Metadata = StripeAnswers.MetadataOf(call),
        };
        return call.Reference is null ? new ProviderAnswer.NoAnswer(StripeAnswers.NoReference)
            : StripeAnswers.Of(await _services.Current.Refunds.CreateAsync(create, OptionsOf(call), cancellationToken));
    }

    /// <summary>
    /// The intent of the payment. Before Stripe has said its id, it is found by its metadata. That index is some minutes behind; what it
    /// does not have yet is called again under the same key, which Stripe keeps for longer.
    /// </summary>
    private async Task<PaymentIntent?> FindAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        if (call.Reference is { } reference)
        {
            return await _services.Current.Intents.GetAsync(reference, new PaymentIntentGetOptions { Expand = [StripeAnswers.Charge] }, cancellationToken: cancellationToken);
        }

        var search = new PaymentIntentSearchOptions
        {
            Query = $"metadata['{StripeAnswers.PaymentKey}']:'{call.Payment}'",
            Expand = ["data." + StripeAnswers.Charge],
        };
        var found = await _services.Current.Intents.SearchAsync(search, cancellationToken: cancellationToken);
        return found.Data.Find(intent => intent.Metadata.GetValueOrDefault(StripeAnswers.PaymentKey) == call.Payment);
    }

    private async Task<ProviderAnswer> AskRefundAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        if (call.Reference is null)
        {
            return new ProviderAnswer.NotKnown();
        }

        var list = new RefundListOptions { PaymentIntent = call.Reference, Limit = 100 };
        await foreach (var refund in _services.Current.Refunds.ListAutoPagingAsync(list, cancellationToken: cancellationToken))
        {
            if (refund.Metadata?.GetValueOrDefault(StripeAnswers.OperationKey) == call.Key)
            {
                return StripeAnswers.Of(refund);
            }
        }

        return new ProviderAnswer.NotKnown();
    }

    private static RequestOptions OptionsOf(ProviderCall call) => new() { IdempotencyKey = call.Key };

    private Services ServicesOf(PaymentOptions options)
    {
        var http = ProviderHttp.ClientOf(options, _remote.Address);
        var client = new StripeClient(new StripeClientOptions
        {
            ApiKey = _remote.Key,
            ApiBase = _remote.Address.AbsoluteUri.TrimEnd('/'),

            // The payment repeats calls by itself, and under the same key.
            HttpClient = new SystemNetHttpClient(http, maxNetworkRetries: 0, appInfo: null, enableTelemetry: false),
        });
        return new Services(http, new PaymentIntentService(client), new RefundService(client));
    }

    private sealed record Services(HttpClient Http, PaymentIntentService Intents, RefundService Refunds);
}
