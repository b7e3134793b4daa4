using System.Text.Json;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Grains.Payments.Providers;

/// <summary>
/// A provider in this process, for trying the product. No money moves, and it keeps no ledger: what it answers follows from the
/// operation itself, so every silo answers the same, also after a restart. Only what the payer of <c>tok_3ds</c> chose is remembered, by
/// <see cref="ISandboxBank"/> and for as long as the cluster runs.
/// </summary>
public sealed class SandboxProvider(IGrainFactory grains, TimeProvider clock) : IPaymentProvider
{
    /// <summary>Its name.</summary>
    public const string ProviderName = "sandbox";

    /// <summary>What its events are signed with. It is no secret, as there is nothing to protect.</summary>
    public const string WebhookSecret = "sandbox";

    private static readonly TimeSpan SlowAnswer = TimeSpan.FromMilliseconds(900);
    private static readonly TimeSpan AuthorizationLife = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public string Name => ProviderName;

    /// <inheritdoc/>
    public bool KeepsList => false;

    /// <summary>An event that it sends, with its signature, for the desk that takes events in.</summary>
    public static (IReadOnlyDictionary<string, string> Headers, byte[] Body) EventOf(string id, string type, string payment, DateTimeOffset now)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new ProtocolEvent(id, type, payment, OccurredAt: now), ProtocolJson.Default.ProtocolEvent);
        return (new Dictionary<string, string> { [ProtocolEvent.SignatureHeader] = EventSignature.Of(WebhookSecret, now, body) }, body);
    }

    /// <inheritdoc/>
    public async Task<ProviderAnswer> CallAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (call is { Operation.Kind: OperationKind.Authorize, Token: "tok_slow" })
        {
            await Task.Delay(SlowAnswer, clock, cancellationToken);
        }

        return await AskAsync(call, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ProviderAnswer> AskAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        var amount = call.Operation.Amount;
        return call.Operation.Kind switch
        {
            OperationKind.Authorize => await AuthorizeAsync(call),
            OperationKind.Capture => new ProviderAnswer.Captured(amount),
            OperationKind.Void => new ProviderAnswer.Voided(),
            OperationKind.Refund => new ProviderAnswer.Refunded(amount),
        };
    }

    /// <inheritdoc/>
    public EventReading Read(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body, DateTimeOffset now) =>
        ProtocolEvent.Read(WebhookSecret, headers, body, now);

    /// <inheritdoc/>
    public IAsyncEnumerable<ProviderOperation> ListAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        AsyncEnumerable.Empty<ProviderOperation>();

    private async Task<ProviderAnswer> AuthorizeAsync(ProviderCall call)
    {
        var reference = "sandbox_" + call.Payment;
        var authorized = new ProviderAnswer.Authorized(reference, call.Operation.Amount, call.Operation.RequestedAt + AuthorizationLife);
        return call.Token switch
        {
            "tok_ok" or "tok_slow" => authorized,
            "tok_declined" => new ProviderAnswer.Declined("insufficient_funds", reference),
            "tok_3ds" => await grains.GetGrain<ISandboxBank>(call.Payment).Agreed() switch
            {
                true => authorized,
                false => new ProviderAnswer.Declined("authentication_failed", reference),
                null => new ProviderAnswer.ActionRequired(reference, SandboxPage.PathOf(call.Payment)),
            },
            _ => new ProviderAnswer.Declined("unknown_token", reference),
        };
    }
}
