using Granary.Api.Http;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;

namespace Granary.Api.Problems;

/// <summary>The one place that says how each refusal of the domain reads over HTTP.</summary>
public sealed class RefusalProblems(Currency currency)
{
    // As many as of any other request.
    private const int MostFaults = 100;

    // A price changes rarely, so the next attempt almost always finds it unchanged.
    private const int PriceRetrySeconds = 1;

    // Longer than a placement takes, shorter than the grace after which an abandoned placement is voided.
    private const int PlacementRetrySeconds = 5;

    /// <summary>The answer to a refusal.</summary>
    public ProblemResult For(Refusal refusal) => new(refusal switch
    {
        NotFound => Problem.Of(ProblemTypes.NotFound),
        IllegalTransition illegal => Problem.Of(ProblemTypes.IllegalTransition, illegal.Reason ?? $"The status is {illegal.Status}.") with
        {
            CurrentStatus = illegal.Status,
            AllowedActions = illegal.AllowedActions,
        },
        TakenByAnother taken => Problem.Of(ProblemTypes.TakenByAnother) with { By = taken.By },
        StaleVersion { Current: 0 } => Problem.Of(ProblemTypes.PreconditionFailed, "The resource does not exist."),
        StaleVersion stale => Problem.Of(ProblemTypes.PreconditionFailed, $"The current version is {stale.Current}.") with
        {
            CurrentVersion = stale.Current,
        },
        InsufficientStock shortage => Problem.Of(ProblemTypes.InsufficientStock) with
        {
            Lines = [.. shortage.Lines.Select(line => new ProblemLine(line.Sku, line.Requested, line.Available))],
        },
        InsufficientFunds funds => Problem.Of(ProblemTypes.InsufficientFunds) with
        {
            Required = currency.Of(funds.Required),
            Available = currency.Of(funds.Available),
        },
        TooManyOpenOrders { Skus: { } skus } open => Problem.Of(
            ProblemTypes.TooManyOpenOrders, $"The user's unpaid orders may hold {open.Limit} units of a product.") with
        {
            Limit = open.Limit,
            Lines = LinesOf(skus),
        },
        TooManyOpenOrders open => Problem.Of(ProblemTypes.TooManyOpenOrders, $"The user may have {open.Limit} unpaid orders.") with
        {
            Limit = open.Limit,
        },
        WalletNotEmpty wallet => Problem.Of(ProblemTypes.WalletNotEmpty) with
        {
            Available = currency.Of(wallet.Available),
            Held = currency.Of(wallet.Held),
        },
        UnknownProduct unknown => Problem.Of(ProblemTypes.UnknownProduct) with { Lines = LinesOf(unknown.Skus) },
        ProductNotForSale closed => Problem.Of(ProblemTypes.ProductNotForSale) with { Lines = LinesOf(closed.Skus) },
        PriceMoving price => Problem.Of(ProblemTypes.PriceMoving) with
        {
            Lines = LinesOf([price.Sku]),
            RetryAfter = PriceRetrySeconds,
        },
        NotAdministrator => Problem.Of(ProblemTypes.Forbidden, "The caller is no administrator any more."),
        UnknownUser => Problem.Of(ProblemTypes.UnknownUser),
        UserSuspended user => Problem.Of(ProblemTypes.UserSuspended) with { CurrentStatus = user.Status },
        ExternalReferenceTaken taken => Problem.Of(ProblemTypes.ExternalReferenceTaken) with { OrderId = taken.OrderId },
        NotReloadable setting => Problem.Of(
            ProblemTypes.NotReloadable, $"{setting.Key} holds from the start of a process to its end{(setting.Reason is { } reason ? $": {reason}" : "")}.") with
        {
            Key = setting.Key,
        },
        InvalidSettings settings => Problem.Of(ProblemTypes.Validation) with
        {
            Errors = settings.Faults.Take(MostFaults).ToDictionary(fault => (fault.Key.StartsWith("variants[", StringComparison.Ordinal) ? "" : "values.") + fault.Key, IReadOnlyList<string> (fault) => [fault.Value]),
        },
        PaymentInProgress payment => Problem.Of(ProblemTypes.PaymentInProgress) with { PaymentId = payment.Payment },
        RefundExceedsCaptured refund => Problem.Of(ProblemTypes.RefundExceedsCaptured) with { Refundable = currency.Of(refund.Refundable) },
        PaymentsNotConfigured => Problem.Of(ProblemTypes.PaymentsNotConfigured),
        PaymentProviderUnavailable provider => Problem.Of(ProblemTypes.PaymentProviderUnavailable) with { RetryAfter = provider.RetryAfterSeconds },
        UserNameTaken => Problem.Of(ProblemTypes.UserNameTaken),
        OrderInFlight => Problem.Of(ProblemTypes.IdempotencyInFlight) with { RetryAfter = PlacementRetrySeconds },
        IdempotencyKeyReused => Problem.Of(ProblemTypes.IdempotencyKeyReused),
        InvalidValue invalid => Problem.Of(ProblemTypes.Validation) with
        {
            Errors = new Dictionary<string, IReadOnlyList<string>> { [invalid.Field] = [invalid.Message] },
        },
        _ => throw new InvalidOperationException($"The refusal {refusal.GetType().Name} has no problem type."),
    });

    private static ProblemLine[] LinesOf(IReadOnlyList<string> skus) => [.. skus.Select(sku => new ProblemLine(sku))];
}
