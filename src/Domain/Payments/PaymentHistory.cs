using Granary.Domain.Events;

namespace Granary.Domain.Payments;

/// <summary>An operation as the journal has it.</summary>
/// <param name="Key">Its key at the provider.</param>
/// <param name="Amount">What was asked for, in minor units; 0 for a void.</param>
/// <param name="RequestedAt">When it was requested durably.</param>
/// <param name="Outcome">What the provider said of it; null while the journal does not know.</param>
/// <param name="ConcludedAt">When the outcome was recorded.</param>
public sealed record RecordedOperation(
    string Key, OperationKind Kind, long Amount, DateTimeOffset RequestedAt, ProviderAnswer? Outcome = null, DateTimeOffset? ConcludedAt = null);

/// <summary>A payment with all of its operations, of which its state has only the last ones.</summary>
/// <param name="State">The payment.</param>
/// <param name="Operations">Its operations, in the order in which they were requested.</param>
public sealed record PaymentHistory(PaymentState State, IReadOnlyList<RecordedOperation> Operations)
{
    /// <summary>The payment of a stream's records.</summary>
    /// <exception cref="DamagedRecordException">A record cannot be read.</exception>
    public static PaymentHistory Of(string id, IEnumerable<JournalRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        var (state, operations) = (PaymentState.Initial(id), new List<RecordedOperation>());
        foreach (var record in records)
        {
            var before = state;
            state = Aggregate.Fold<PaymentState, PaymentEvent>(state, [record]);
            if (before.Operation is { } open && state.Operation?.Ordinal != open.Ordinal)
            {
                operations[^1] = operations[^1] with
                {
                    Outcome = OutcomeOf(PaymentEvent.Codec.Decode(record)), ConcludedAt = record.At,
                };
            }

            if (state.Operation is { } next && next.Ordinal != before.Operation?.Ordinal)
            {
                operations.Add(new RecordedOperation(next.KeyFor(id), next.Kind, next.Amount, next.RequestedAt));
            }
        }

        return new PaymentHistory(state, operations);
    }

    /// <summary>What the provider has said, as the event has it. A void that comes before an outcome leaves the authorization without one.</summary>
    private static ProviderAnswer? OutcomeOf(PaymentEvent happened) => happened switch
    {
        PaymentAuthorized said => new ProviderAnswer.Authorized(said.Reference, said.Amount, said.ExpiresAt),
        PaymentDeclined said => new ProviderAnswer.Declined(said.Code, said.Reference),
        PaymentCaptured said => new ProviderAnswer.Captured(said.Amount),
        CaptureRejected said => new ProviderAnswer.Rejected(said.Code),
        PaymentVoided => new ProviderAnswer.Voided(),
        VoidRejected said => new ProviderAnswer.Rejected(said.Code),
        RefundSucceeded said => new ProviderAnswer.Refunded(said.Amount),
        RefundFailed said => new ProviderAnswer.Rejected(said.Code),
        AuthorizationEnded => new ProviderAnswer.Expired(),
        _ => null,
    };
}
