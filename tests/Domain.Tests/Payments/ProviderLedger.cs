using Granary.Domain.Payments;

namespace Granary.Domain.Tests.Payments;

/// <summary>What goes wrong with one call.</summary>
internal enum CallFault
{
    None,

    /// <summary>The operation is carried out, and the answer is lost.</summary>
    CommitThenHang,

    /// <summary>The call never arrives.</summary>
    HangThenNothing,

    /// <summary>The call arrives after the caller has given up waiting, whenever that is.</summary>
    ArrivesLate,

    /// <summary>The network delivers the call twice.</summary>
    Duplicate,
}

/// <summary>
/// A provider's ledger: idempotent by key, with the faults that a real one has between it and its callers. It knows nothing of
/// orders.
/// </summary>
internal sealed class ProviderLedger
{
    private readonly Dictionary<string, Charge> _charges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProviderAnswer> _answers = new(StringComparer.Ordinal);
    private readonly List<(string Payment, PaymentOperation Operation)> _executed = [];
    private readonly List<Action> _inTransit = [];

    /// <summary>Every event that it has sent about a payment; receivers get them late, twice and in any order.</summary>
    public List<(string Payment, ProviderEvent Event)> Events { get; } = [];

    /// <summary>Its own list, of which a provider tells no times but its own.</summary>
    public IEnumerable<ProviderOperation> List(DateTimeOffset at) => _executed.Select(executed => new ProviderOperation(
        executed.Operation.KeyFor(executed.Payment), executed.Payment, executed.Payment, executed.Operation.Kind, executed.Operation.Amount,
        _answers[executed.Operation.KeyFor(executed.Payment)], at));

    /// <summary>Payments by the id that the caller gave them.</summary>
    public IReadOnlyDictionary<string, Charge> Charges => _charges;

    /// <summary>Carries an operation out, or loses it.</summary>
    /// <param name="plan">What the payer's bank says to an authorization: 0 declines, 1 wants the payer to act, others agree.</param>
    /// <param name="refuses">Whether a capture, void or refund is refused that could be carried out.</param>
    public ProviderAnswer Call(string payment, PaymentOperation operation, int plan, bool refuses, CallFault fault)
    {
        switch (fault)
        {
            case CallFault.HangThenNothing:
                return new ProviderAnswer.NoAnswer("timeout");
            case CallFault.ArrivesLate:
                _inTransit.Add(() => Execute(payment, operation, plan, refuses));
                return new ProviderAnswer.NoAnswer("timeout");
            case CallFault.CommitThenHang:
                Execute(payment, operation, plan, refuses);
                return new ProviderAnswer.NoAnswer("timeout");
            case CallFault.Duplicate:
                Execute(payment, operation, plan, refuses);
                break;
        }

        return Execute(payment, operation, plan, refuses);
    }

    /// <summary>What became of the operation under a key.</summary>
    public ProviderAnswer Ask(string key) => _answers.GetValueOrDefault(key) ?? new ProviderAnswer.NotKnown();

    /// <summary>Calls that were on their way arrive.</summary>
    public void DeliverLateCalls()
    {
        _inTransit.ForEach(arrive => arrive());
        _inTransit.Clear();
    }

    /// <summary>The payer acts at the bank.</summary>
    public void Act(string payment, bool agrees)
    {
        if (_charges.GetValueOrDefault(payment) is { State: "action" } charge)
        {
            _answers[charge.AuthorizeKey] = Authorized(payment, charge, agrees);
        }
    }

    /// <summary>The bank drops an authorization that was not captured.</summary>
    public void Expire(string payment)
    {
        if (_charges.GetValueOrDefault(payment) is { State: "authorized" } charge)
        {
            (charge.State, charge.Authorized) = ("expired", 0);
            _answers[charge.AuthorizeKey] = new ProviderAnswer.Expired();
            Say(payment, ProviderEventType.AuthorizationExpired);
        }
    }

    private ProviderAnswer Execute(string payment, PaymentOperation operation, int plan, bool refuses)
    {
        var key = operation.KeyFor(payment);
        if (_answers.TryGetValue(key, out var answered))
        {
            return answered;
        }

        if (!_charges.TryGetValue(payment, out var charge))
        {
            _charges.Add(payment, charge = new Charge());
        }

        charge.Executed++;
        var answer = operation.Kind switch
        {
            OperationKind.Authorize => Authorize(payment, charge, key, operation.Amount, plan),
            OperationKind.Capture => Capture(payment, charge, operation.Amount, refuses),
            OperationKind.Void => Void(payment, charge, refuses),
            OperationKind.Refund => Refund(payment, charge, operation.Amount, refuses),
        };
        _answers[key] = answer;
        _executed.Add((payment, operation));
        return answer;
    }

    private ProviderAnswer Authorize(string payment, Charge charge, string key, long amount, int plan)
    {
        (charge.AuthorizeKey, charge.Amount) = (key, amount);
        if (plan == 1)
        {
            charge.State = "action";
            Say(payment, ProviderEventType.ActionRequired);
            return new ProviderAnswer.ActionRequired(payment, "https://bank.example/" + payment);
        }

        return Authorized(payment, charge, agrees: plan != 0);
    }

    private ProviderAnswer Authorized(string payment, Charge charge, bool agrees)
    {
        (charge.State, charge.Authorized) = agrees ? ("authorized", charge.Amount) : ("declined", 0);
        Say(payment, agrees ? ProviderEventType.Authorized : ProviderEventType.Declined);
        return agrees ? new ProviderAnswer.Authorized(payment, charge.Amount) : new ProviderAnswer.Declined("declined");
    }

    private ProviderAnswer Capture(string payment, Charge charge, long amount, bool refuses)
    {
        if (charge.State != "authorized" || amount > charge.Authorized)
        {
            return charge.State == "expired" ? new ProviderAnswer.Expired() : new ProviderAnswer.Rejected("not_authorized");
        }

        if (refuses)
        {
            return new ProviderAnswer.Rejected("refused");
        }

        (charge.State, charge.Authorized, charge.Captured) = ("captured", 0, amount);
        Say(payment, ProviderEventType.Captured, amount);
        return new ProviderAnswer.Captured(amount);
    }

    private ProviderAnswer Void(string payment, Charge charge, bool refuses)
    {
        if (charge.State == "captured" || (refuses && charge.State is "authorized" or "action"))
        {
            return new ProviderAnswer.Rejected("refused");
        }

        if (charge.State != "expired")
        {
            (charge.State, charge.Authorized) = ("voided", 0);
            Say(payment, ProviderEventType.Voided);
        }

        return new ProviderAnswer.Voided();
    }

    private ProviderAnswer Refund(string payment, Charge charge, long amount, bool refuses)
    {
        if (refuses || amount > charge.Captured - charge.Refunded)
        {
            return new ProviderAnswer.Rejected("refused");
        }

        charge.Refunded += amount;
        Say(payment, ProviderEventType.Refunded, charge.Refunded);
        return new ProviderAnswer.Refunded(amount);
    }

    private void Say(string payment, ProviderEventType type, long? amount = null) =>
        Events.Add((payment, new ProviderEvent($"evt_{Events.Count}", type, amount)));

    internal sealed class Charge
    {
        public string State { get; set; } = "none";
        public string AuthorizeKey { get; set; } = "";
        public long Amount { get; set; }
        public long Authorized { get; set; }
        public long Captured { get; set; }
        public long Refunded { get; set; }
        public int Executed { get; set; }
    }
}
