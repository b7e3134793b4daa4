using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Settings;

namespace Granary.Grains.Payments.Providers;

/// <inheritdoc cref="ISandboxBank"/>
/// <remarks>
/// The choice is in memory. The payment takes it into the journal as soon as it is made; if the silo dies before that, the page asks the
/// payer again.
/// </remarks>
public sealed class SandboxBankGrain(ICurrent<PaymentOptions> options, TimeProvider clock) : Grain, ISandboxBank
{
    private bool? _agreed;

    private string Payment => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public Task<bool?> Agreed() => Task.FromResult(_agreed);

    /// <inheritdoc/>
    public async Task<SandboxPage?> Show()
    {
        if (options.Value.Provider != ProviderKind.Sandbox
            || await GrainFactory.Payment(Payment).Get(owner: null) is not { Payment: { Provider: SandboxProvider.ProviderName } payment })
        {
            return null;
        }

        return new SandboxPage(payment.Status, payment.Amount, payment.Currency, _agreed, options.Value.ReturnUrl?.AbsoluteUri);
    }

    /// <inheritdoc/>
    public async Task<SandboxPage?> Choose(bool agrees)
    {
        if (await Show() is not { } page)
        {
            return null;
        }

        if (_agreed is null && page.Status == PaymentStatus.RequiresAction)
        {
            _agreed = agrees;
            var (headers, body) = SandboxProvider.EventOf(
                $"{Payment}-choice", Words.Of(agrees ? ProviderEventType.Authorized : ProviderEventType.Declined), Payment, clock.GetUtcNow());
            await GrainFactory.GetGrain<IPaymentDesk>(0).Receive(SandboxProvider.ProviderName, headers, body);
        }

        return page with { Agreed = _agreed };
    }
}
