using Granary.Domain.Payments;

namespace Granary.Grains.Payments.Providers;

/// <summary>The only way to the provider. Never throws but for cancellation by the caller.</summary>
public sealed class ProviderGateway(IPaymentProvider provider)
{
    /// <summary>The provider's name.</summary>
    public string Name => provider.Name;

    /// <summary>How long authorizations are refused without a call because the breaker is open; null when they are not.</summary>
    public TimeSpan? RefusesAuthorizationsFor => null;

    /// <summary>Carries out an operation.</summary>
    public Task<ProviderAnswer> CallAsync(ProviderCall call, CancellationToken cancellationToken) => provider.CallAsync(call, cancellationToken);

    /// <summary>What became of an operation.</summary>
    public Task<ProviderAnswer> AskAsync(ProviderCall call, CancellationToken cancellationToken) => provider.AskAsync(call, cancellationToken);
}
