using Granary.Domain.Payments;
using Granary.Grains.Payments.Providers;

namespace Granary.Http.Tests.Payments;

/// <summary>A provider that says at once what it does, until it is silent. It refuses refunds of 404.</summary>
internal sealed class SilentProvider : IPaymentProvider
{
    private volatile bool _isSilent;

    /// <summary>Whether it says nothing from now on.</summary>
    public bool IsSilent
    {
        set => _isSilent = value;
    }

    public string Name => "silent";

    public bool KeepsList => false;

    public Task<ProviderAnswer> CallAsync(ProviderCall call, CancellationToken cancellationToken) => AskAsync(call, cancellationToken);

    public Task<ProviderAnswer> AskAsync(ProviderCall call, CancellationToken cancellationToken) => Task.FromResult<ProviderAnswer>(
        _isSilent ? new ProviderAnswer.NoAnswer("silent")
        : call.Operation is { Kind: OperationKind.Refund, Amount: 404 } ? new ProviderAnswer.Rejected("card_closed")
        : call.Operation.Kind == OperationKind.Capture ? new ProviderAnswer.Captured(call.Operation.Amount)
        : call.Token == "tok_3ds" ? new ProviderAnswer.ActionRequired("reference", "/page")
        : new ProviderAnswer.Authorized("reference", call.Operation.Amount));

    public EventReading Read(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body, DateTimeOffset now) =>
        new EventReading.BadSignature();

    public IAsyncEnumerable<ProviderOperation> ListAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        AsyncEnumerable.Empty<ProviderOperation>();
}
