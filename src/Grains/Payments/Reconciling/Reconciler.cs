using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Payments.Providers;

namespace Granary.Grains.Payments.Reconciling;

/// <summary>What is done about a difference.</summary>
public enum DifferenceAction
{
    /// <summary>The payment asks the provider, and records what it says.</summary>
    Asked,

    /// <summary>The payment is taken in and gives its money back.</summary>
    GivenBack,

    /// <summary>Nothing: an operator must look at it.</summary>
    LeftToOperator,
}

/// <summary>
/// Compares the provider's list with the journal, and has payments take in what they lack. It writes nothing itself: a payment is told what
/// the provider's list says, as by one of the provider's events, and asks the provider.
/// </summary>
public sealed class Reconciler(ProviderGateway gateway, PaymentJournal payments, TimeProvider clock)
{
    /// <summary>
    /// So many payments that the journal does not know are given back in one run. More of them look like the account of another shop, or
    /// like a restored journal, and are left to an operator.
    /// </summary>
    public const int MostGivenBack = 20;

    /// <summary>What happened less than this time ago may still be on its way.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    // A day of payments fits into memory.
    private static readonly TimeSpan Slice = TimeSpan.FromDays(1);

    /// <summary>Compares.</summary>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    /// <param name="progress">The share that is done.</param>
    /// <exception cref="ProviderSilentException">The provider does not give its list.</exception>
    public async Task<ReconciliationReport> CompareAsync(
        DateTimeOffset from, DateTimeOffset to, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var (matched, onTheirWay, foreign, differences) = (0, 0, 0, new List<Difference>());
        for (var start = from; start < to; start += Slice)
        {
            var span = new ReconciledSpan(start, start + Slice < to ? start + Slice : to, clock.GetUtcNow());

            // The list comes first: what the journal has beyond it was concluded later.
            var there = await gateway.ListAsync(span.ListFrom, span.ListTo, cancellationToken).ToListAsync(cancellationToken);
            var named = there.Select(operation => operation.Payment).OfType<string>().Where(OrderId.IsValid).Distinct(StringComparer.Ordinal);
            var here = await payments.ReadAsync(span, named, cancellationToken);
            var mine = here.Where(payment => payment.Value.State.Provider == gateway.Name || !payment.Value.State.Exists)
                .ToDictionary(StringComparer.Ordinal);
            var report = Reconciliation.Compare(span, there.Select(OfThisShop), mine);
            (matched, onTheirWay, foreign) = (matched + report.Matched, onTheirWay + report.OnTheirWay, foreign + report.Foreign);
            differences.AddRange(report.Differences);
            progress?.Report(Math.Min(1, (span.To - from) / (to - from)));
        }

        return new ReconciliationReport(matched, onTheirWay, foreign, differences);
    }

    /// <summary>What is done about each difference.</summary>
    /// <param name="givesAllBack">Gives back also more than <see cref="MostGivenBack"/>.</param>
    public static IReadOnlyList<(Difference Difference, DifferenceAction Action)> Plan(ReconciliationReport report, bool givesAllBack = false)
    {
        ArgumentNullException.ThrowIfNull(report);
        var actions = report.Differences.Select(difference => (difference, Action: ActionOf(difference))).ToList();
        return givesAllBack || actions.Count(planned => planned.Action == DifferenceAction.GivenBack) <= MostGivenBack
            ? actions
            : [.. actions.Select(planned => (planned.difference, planned.Action == DifferenceAction.GivenBack ? DifferenceAction.LeftToOperator : planned.Action))];
    }

    /// <summary>Has payments take in what they lack. One that cannot does not keep the others from it.</summary>
    /// <exception cref="AggregateException">Some payments could not; a later run finds their differences again.</exception>
    public static async Task TakeInAsync(
        IGrainFactory grains, IEnumerable<(Difference Difference, DifferenceAction Action)> plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grains);
        ArgumentNullException.ThrowIfNull(plan);
        var faults = new List<Exception>();
        foreach (var (difference, action) in plan)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await TakeInAsync(grains.GetGrain<IPaymentUpkeep>(difference.Payment), difference, action);
            }
            catch (Exception fault)
            {
                faults.Add(new InvalidOperationException($"Payment {difference.Payment}: {fault.Message}", fault));
            }
        }

        if (faults.Count > 0)
        {
            throw new AggregateException($"{faults.Count} payments could not take in what the provider has.", faults);
        }
    }

    private static Task TakeInAsync(IPaymentUpkeep payment, Difference difference, DifferenceAction action) => action switch
    {
        DifferenceAction.Asked => payment.Receive(NewsOf(difference.Said!) with { Differs = !difference.IsOpenHere }),
        DifferenceAction.GivenBack => payment.TakeIn(FoundOf(difference)!),
        _ => Task.CompletedTask,
    };

    private static DifferenceAction ActionOf(Difference difference) => difference switch
    {
        { Kind: DifferenceKind.CaptureWithoutOrder } => FoundOf(difference) is null ? DifferenceAction.LeftToOperator : DifferenceAction.GivenBack,
        { Kind: DifferenceKind.MissingHere, IsOfUnknownPayment: true } =>
            FoundOf(difference) is null ? DifferenceAction.LeftToOperator : DifferenceAction.GivenBack,
        { Kind: DifferenceKind.MissingHere or DifferenceKind.AmountsDiffer, Said: not null } => DifferenceAction.Asked,
        _ => DifferenceAction.LeftToOperator,
    };

    /// <summary>A payment that can be asked about under the key that the provider has; another key would be another operation.</summary>
    private static FoundPayment? FoundOf(Difference difference) =>
        difference is { Key: { } key, Reference: { Length: > 0 } reference, There: > 0 and { } amount }
        && PaymentOperation.OrdinalOf(key) is { } ordinal
        && key == PaymentOperation.KeyFor(difference.Payment, difference.Operation, ordinal)
            ? new FoundPayment(reference, amount, ordinal, difference.Operation == OperationKind.Capture)
            : null;

    /// <summary>
    /// What the provider's list says, as an event with an id of its own: the payment takes it in once, however often it is found.
    /// </summary>
    private static ProviderNews NewsOf(ProviderOperation said)
    {
        var (type, amount) = said.Answer switch
        {
            ProviderAnswer.Authorized => (ProviderEventType.Authorized, (long?)null),
            ProviderAnswer.Captured captured => (ProviderEventType.Captured, captured.Amount),
            ProviderAnswer.Voided => (ProviderEventType.Voided, null),
            ProviderAnswer.Refunded refunded => (ProviderEventType.Refunded, refunded.Amount),
            ProviderAnswer.Expired => (ProviderEventType.AuthorizationExpired, null),
            _ when said.Kind == OperationKind.Refund => (ProviderEventType.RefundFailed, null),
            _ => (ProviderEventType.Declined, null),
        };
        return new ProviderNews($"reconciled-{said.Key ?? Words.Of(said.Kind)}-{Words.Of(type)}", type, amount);
    }

    /// <summary>An id that this shop cannot have made is another's.</summary>
    private static ProviderOperation OfThisShop(ProviderOperation operation) =>
        operation.Payment is { } payment && !OrderId.IsValid(payment) ? operation with { Payment = null } : operation;
}
