namespace Granary.Domain.Payments;

/// <summary>How the provider's list and the journal differ.</summary>
public enum DifferenceKind
{
    /// <summary>The provider has an operation, or an outcome of it, that the journal does not have.</summary>
    MissingHere,

    /// <summary>The journal has an operation carried out, and the provider does not.</summary>
    MissingThere,

    /// <summary>Both have it, with other amounts.</summary>
    AmountsDiffer,

    /// <summary>The provider has captured for a payment that is not in the journal: there is no order that it could be for.</summary>
    CaptureWithoutOrder,
}

/// <summary>A difference between the provider's list and the journal.</summary>
/// <param name="Payment">The payment's id.</param>
/// <param name="Key">The operation's key; null where the provider has none for it.</param>
/// <param name="Reference">The provider's id of the payment, where it is known.</param>
/// <param name="Here">Minor units that the journal has for it; null where it has no such operation carried out.</param>
/// <param name="There">Minor units that the provider has for it; null where it has no such operation carried out.</param>
/// <param name="Said">What the provider has; null when it is missing there.</param>
public sealed record Difference(
    DifferenceKind Kind, string Payment, string? Key, OperationKind Operation, string? Reference, long? Here, long? There, ProviderOperation? Said)
{
    /// <summary>Whether the journal does not know the payment at all.</summary>
    public bool IsOfUnknownPayment { get; init; }

    /// <summary>Whether the journal has requested the operation and waits for its outcome.</summary>
    public bool IsOpenHere { get; init; }
}

/// <summary>What a comparison has found.</summary>
/// <param name="Matched">Operations that both have alike.</param>
/// <param name="OnTheirWay">Operations that neither has concluded.</param>
/// <param name="Foreign">Operations in the provider's list that are not of this shop.</param>
public sealed record ReconciliationReport(int Matched, int OnTheirWay, int Foreign, IReadOnlyList<Difference> Differences)
{
    /// <summary>Whether both are the same.</summary>
    public bool IsClean => Differences.Count == 0;
}

/// <summary>The time that is compared.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="ListedAt">When the provider's list was asked for: what was concluded later is not in it.</param>
public readonly record struct ReconciledSpan(DateTimeOffset From, DateTimeOffset To, DateTimeOffset ListedAt)
{
    /// <summary>
    /// How far the provider's list is read beyond the span: clocks differ, and an operation may be carried out, or asked about, later than it
    /// was requested.
    /// </summary>
    public static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <summary>From where the provider's list is read.</summary>
    public DateTimeOffset ListFrom => From - Margin;

    /// <summary>Up to where the provider's list is read.</summary>
    public DateTimeOffset ListTo => To + Margin;

    /// <summary>What was concluded before this time is in the list.</summary>
    public DateTimeOffset ListedTo => ListedAt < To ? ListedAt : To;

    /// <summary>Whether it contains a time.</summary>
    public bool Contains(DateTimeOffset time) => time >= From && time < To;
}

/// <summary>Compares the provider's list with the journal, operation by operation. Pure.</summary>
public static class Reconciliation
{
    /// <param name="span">The time that is judged.</param>
    /// <param name="there">The provider's list from <see cref="ReconciledSpan.ListFrom"/> to <see cref="ReconciledSpan.ListTo"/>.</param>
    /// <param name="here">
    /// The payments that the list names, where the journal has them, and those with an operation that was requested within the span.
    /// </param>
    public static ReconciliationReport Compare(
        ReconciledSpan span, IEnumerable<ProviderOperation> there, IReadOnlyDictionary<string, PaymentHistory> here)
    {
        ArgumentNullException.ThrowIfNull(there);
        ArgumentNullException.ThrowIfNull(here);
        var comparison = new Comparison(span);
        var byPayment = there.ToLookup(operation => operation.Payment, StringComparer.Ordinal);
        foreach (var operations in byPayment)
        {
            if (operations.Key is not { } payment)
            {
                comparison.Foreign += operations.Count(operation => span.Contains(operation.At));
            }
            else if (here.GetValueOrDefault(payment) is { State.Exists: true } history)
            {
                comparison.Judge(history, [.. operations]);
            }
            else
            {
                comparison.JudgeUnknown(payment, [.. operations]);
            }
        }

        foreach (var (payment, history) in here.Where(known => known.Value.State.Exists && !byPayment.Contains(known.Key)))
        {
            comparison.Judge(history, []);
        }

        return new ReconciliationReport(comparison.Matched, comparison.OnTheirWay, comparison.Foreign, comparison.Differences);
    }

    /// <summary>A comparison as far as it is.</summary>
    private sealed class Comparison(ReconciledSpan span)
    {
        public int Matched { get; set; }

        public int OnTheirWay { get; set; }

        public int Foreign { get; set; }

        public List<Difference> Differences { get; } = [];

        /// <summary>Compares a payment that the journal knows.</summary>
        public void Judge(PaymentHistory payment, IReadOnlyList<ProviderOperation> there)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var said in there)
            {
                var known = payment.Operations.LastOrDefault(operation => said.Key is null ? operation.Kind == said.Kind : operation.Key == said.Key);
                if (known is not null)
                {
                    seen.Add(known.Key);
                }

                if (span.Contains(said.At))
                {
                    Compare(payment, known, said);
                }
            }

            foreach (var known in payment.Operations.Where(known =>
                span.Contains(known.RequestedAt) && known.ConcludedAt < span.ListedTo && !seen.Contains(known.Key) && MoneyOf(known.Outcome) is not null))
            {
                Add(DifferenceKind.MissingThere, payment, known.Kind, known, said: null);
            }
        }

        /// <summary>Judges what the provider has of a payment that the journal does not know.</summary>
        public void JudgeUnknown(string payment, IReadOnlyList<ProviderOperation> there)
        {
            var unknown = new PaymentHistory(PaymentState.Initial(payment), []);
            var captured = there.Sum(said => (said.Answer as ProviderAnswer.Captured)?.Amount ?? 0);
            var isKept = captured > there.Sum(said => (said.Answer as ProviderAnswer.Refunded)?.Amount ?? 0);
            foreach (var said in there.Where(said => span.Contains(said.At)))
            {
                switch (said.Answer)
                {
                    case ProviderAnswer.Captured when isKept:
                        Add(DifferenceKind.CaptureWithoutOrder, unknown, said.Kind, known: null, said);
                        break;
                    case ProviderAnswer.Authorized when captured == 0 && !there.Any(other => other.Answer is ProviderAnswer.Voided or ProviderAnswer.Expired):
                        Add(DifferenceKind.MissingHere, unknown, said.Kind, known: null, said);
                        break;
                    default:
                        Foreign++;
                        break;
                }
            }
        }

        private void Compare(PaymentHistory payment, RecordedOperation? known, ProviderOperation said)
        {
            var here = MoneyOf(known?.Outcome);
            var isConcluded = known?.Outcome is not null || PaymentLifecycle.IsOver(payment.State.Status);
            var difference = said.Answer switch
            {
                ProviderAnswer.NoAnswer or ProviderAnswer.ActionRequired or ProviderAnswer.NotKnown =>
                    here is null ? (DifferenceKind?)null : DifferenceKind.MissingThere,

                // Nothing is set aside any more. Whether it was voided or has ended by itself makes no difference.
                ProviderAnswer.Voided or ProviderAnswer.Expired =>
                    payment.State.Authorized > 0 || !isConcluded ? DifferenceKind.MissingHere
                    : payment.State.Captured > 0 ? DifferenceKind.MissingThere
                    : null,
                ProviderAnswer.Declined or ProviderAnswer.Rejected =>
                    here is not null ? DifferenceKind.MissingThere
                    : isConcluded ? null
                    : DifferenceKind.MissingHere,
                var done when MoneyOf(done) == here => null,

                // The payment was given up before its authorization was known, and the void came after it.
                ProviderAnswer.Authorized when here is null && isConcluded && payment.State.Authorized == 0 => null,
                _ => here is null ? DifferenceKind.MissingHere : DifferenceKind.AmountsDiffer,
            };
            if (difference is { } kind)
            {
                Add(kind, payment, said.Kind, known, said);
            }
            else if (isConcluded)
            {
                Matched++;
            }
            else
            {
                OnTheirWay++;
            }
        }

        private void Add(DifferenceKind kind, PaymentHistory payment, OperationKind operation, RecordedOperation? known, ProviderOperation? said) =>
            Differences.Add(new Difference(
                kind, payment.State.Id, said?.Key ?? known?.Key, operation, said?.Reference ?? payment.State.Reference,
                MoneyOf(known?.Outcome), said is null ? null : MoneyOf(said.Answer), said)
            {
                IsOfUnknownPayment = !payment.State.Exists,
                IsOpenHere = known is { ConcludedAt: null },
            });

        /// <summary>What an operation that was carried out has moved or set aside; null for one that was not.</summary>
        private static long? MoneyOf(ProviderAnswer? answer) => answer switch
        {
            ProviderAnswer.Authorized said => said.Amount,
            ProviderAnswer.Captured said => said.Amount,
            ProviderAnswer.Refunded said => said.Amount,
            ProviderAnswer.Voided => 0,
            _ => null,
        };
    }
}
