using Granary.Domain.Audit;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;

namespace Granary.Domain.Tests.Payments;

/// <summary>
/// An order, its payments and the provider's ledger. Every event goes through the journal's encoding, and nothing but the journal is
/// remembered: a crash is that a piece of work stops after any of its steps, so that the answer of a call or a message between the
/// grains is lost.
/// </summary>
internal sealed class PaymentLife
{
    private static readonly PaymentTimes Times = PaymentTimes.Default;
    private readonly Dictionary<string, PaymentState> _payments = new(StringComparer.Ordinal);
    private readonly List<OrderStanding> _standings = [];
    private readonly List<PaymentAccount> _accounts = [];
    private readonly Dictionary<string, int> _plans = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<JournalRecord>> _records = new(StringComparer.Ordinal);
    private int _refunds;

    public PaymentLife() => Append(OrderDecisions.Place(
        Order, Given.Placement with { PaymentMethod = PaymentMethod.External }, 1, [new OrderLine("TEA", "Tea", 2, 500)], Given.Placed.ExpiresAt));

    public OrderState Order { get; private set; } = OrderState.Initial("o1");

    public IReadOnlyDictionary<string, PaymentState> Payments => _payments;

    public ProviderLedger Provider { get; } = new();

    public DateTimeOffset Now { get; set; } = Given.Noon;

    /// <summary>What was done, for a test that fails.</summary>
    public List<string> Log { get; } = [];

    /// <summary>The buyer asks to pay, with a new key or again with an old one.</summary>
    /// <param name="steps">After how many steps the silo dies.</param>
    public void Pay(string id, CaptureMode capture, int plan, CallFault fault, int steps)
    {
        _plans.TryAdd(id, plan);
        var payment = Find(id);
        if (payment.Exists)
        {
            Work(id, fault, steps);
            return;
        }

        Append(id, PaymentDecisions.Create(
            payment, new CreatePayment("o1", "u-buyer", Order.Total, "USD", "tok_ok", capture, "sandbox", "u-buyer"), Times, Now));
        Work(id, fault, steps - 1);
    }

    /// <summary>What the grain of a payment does when it is called: the next steps, as far as it comes before its silo dies.</summary>
    public void Work(string id, CallFault fault, int steps, bool refuses = false)
    {
        for (; steps > 0 && _payments.ContainsKey(id); steps--)
        {
            var before = (Find(id).Version, Order.Version);
            Step(id, fault, refuses);
            fault = CallFault.None;
            if (before == (Find(id).Version, Order.Version))
            {
                return;
            }
        }
    }

    /// <summary>The provider's event reaches the product, at whatever time.</summary>
    public void Hear(int pick)
    {
        if (Provider.Events.Count > 0)
        {
            var (id, said) = Provider.Events[pick % Provider.Events.Count];
            Append(id, PaymentDecisions.Receive(Find(id), said, Now));
        }
    }

    /// <summary>A message from the order to a payment arrives, perhaps an old one.</summary>
    public void TellPayment(string id, int pick)
    {
        if (_standings.Count > 0 && _payments.ContainsKey(id))
        {
            Append(id, PaymentDecisions.Align(Find(id), _standings[pick % _standings.Count], Times, Now));
        }
    }

    /// <summary>A message from a payment to the order arrives, perhaps an old one.</summary>
    public void TellOrder(int pick)
    {
        if (_accounts.Count > 0)
        {
            Append(OrderPaymentDecisions.FollowPayment(Order, _accounts[pick % _accounts.Count], Now));
        }
    }

    public void Decide(Func<OrderState, Decision<OrderEvent>> decide) => Append(decide(Order));

    public void Refund(long amount) => Decide(order => OrderPaymentDecisions.Refund(
        order, new RefundOrder($"r{_refunds++}", amount, "damaged", Given.ByStaff), Now));

    public void CaptureByOperator(string id) => Append(id, PaymentDecisions.Capture(Find(id), "u-operator", Times, Now));

    public void VoidByOperator(string id) => Append(id, PaymentDecisions.Void(Find(id), "u-operator", Order.ToStanding(), Times, Now));

    /// <summary>The faults are over: the sweep and the messages bring everything to rest, and an unpaid order reaches its deadline.</summary>
    public void Rest()
    {
        Provider.DeliverLateCalls();
        for (var i = 0; i < Provider.Events.Count; i++)
        {
            Hear(i);
            Hear(Provider.Events.Count - 1 - i);
        }

        for (var round = 0; round < 200; round++)
        {
            var before = Versions();
            foreach (var id in _payments.Keys.ToList())
            {
                Now = Find(id).DueAt is { } due && due > Now ? due : Now;
                Work(id, CallFault.None, steps: 20);
            }

            for (var i = 0; i < Provider.Events.Count; i++)
            {
                Hear(i);
            }

            if (before == Versions() && Order.Deadline is { } deadline)
            {
                Now = deadline > Now ? deadline : Now;
                Append(OrderDecisions.Expire(Order, Now));
            }

            if (before == Versions())
            {
                return;
            }
        }

        Assert.Fail($"It does not come to rest: {string.Join("; ", Log.TakeLast(20))}");
    }

    public Clearing Clear()
    {
        var clearing = new Clearing(new Dictionary<string, OrderState> { ["o1"] = Order }, [], _payments);
        clearing.Judge();
        return clearing;
    }

    /// <summary>Compares the provider's list with the journal.</summary>
    public ReconciliationReport Reconcile() => Reconciliation.Compare(
        new ReconciledSpan(Given.Noon.AddHours(-1), Now.AddHours(1), Now.AddHours(1)),
        Provider.List(Now),
        _records.ToDictionary(payment => payment.Key, payment => PaymentHistory.Of(payment.Key, payment.Value)));

    private void Step(string id, CallFault fault, bool refuses)
    {
        var payment = Find(id);
        if (payment.Status == PaymentStatus.Created)
        {
            Admit(payment);
        }
        else if (PaymentDecisions.Asked(payment) is { } asked)
        {
            Converse(payment, asked, fault, refuses);
        }
        else if (PaymentDecisions.Due(payment, Now) == PaymentStep.Review)
        {
            Append(OrderPaymentDecisions.FollowPayment(Order, payment.ToAccount(), Now));
            Append(id, PaymentDecisions.Review(payment, Order.ToStanding(), Times, Now));
        }
        else if (payment.Exists)
        {
            var version = Order.Version;
            Append(OrderPaymentDecisions.FollowPayment(Order, payment.ToAccount(), Now));
            if (version == Order.Version)
            {
                Append(id, PaymentDecisions.Align(payment, Order.ToStanding(), Times, Now));
            }
        }
    }

    private void Admit(PaymentState payment)
    {
        var decision = OrderPaymentDecisions.StartPayment(Order, Given.ByBuyer, payment.Id, payment.Amount, TimeSpan.FromMinutes(10), Now);
        Append(decision);
        if (decision.Refusal is { } refusal)
        {
            Append(payment.Id, PaymentDecisions.Abandon(payment, refusal.GetType().Name));
        }
        else if (decision.Events.Count == 0)
        {
            Append(payment.Id, PaymentDecisions.Authorize(payment, Order.Version, Times, Now));
        }
    }

    /// <summary>
    /// The first call, or the question and the repeated call. Also where the grain does not know any more whether it has called: the
    /// key is the same.
    /// </summary>
    private void Converse(PaymentState payment, PaymentOperation asked, CallFault fault, bool refuses)
    {
        var answer = Provider.Ask(asked.KeyFor(payment.Id));
        if (answer is ProviderAnswer.NotKnown && payment.Operation is not null)
        {
            answer = Provider.Call(
                payment.Id, asked, _plans.GetValueOrDefault(payment.Id, 2), refuses && !(asked is { Kind: OperationKind.Refund, Compensation: true }), fault);
        }
        else if (fault is CallFault.HangThenNothing or CallFault.CommitThenHang)
        {
            answer = new ProviderAnswer.NoAnswer("timeout");
        }

        // While the payer has not acted, asking changes nothing but the time of the next question.
        if (answer is ProviderAnswer.ActionRequired && payment.Status == PaymentStatus.RequiresAction && payment.DueAt > Now)
        {
            Append(OrderPaymentDecisions.FollowPayment(Order, payment.ToAccount(), Now));
            Append(payment.Id, PaymentDecisions.Align(payment, Order.ToStanding(), Times, Now));
            return;
        }

        Append(payment.Id, PaymentDecisions.Conclude(payment, asked, answer, Times, Now));
    }

    private PaymentState Find(string id) => _payments.GetValueOrDefault(id) ?? PaymentState.Initial(id);

    private string Versions() => $"{Order.Version} {string.Join(' ', _payments.Values.Select(payment => payment.Version))}";

    private void Append(string id, Decision<PaymentEvent> decision)
    {
        var payment = Written(Find(id), decision, out var names, out var records);
        _payments[id] = payment;
        _records.TryAdd(id, []);
        _records[id].AddRange(records);
        Log.AddRange(names.Select(name => $"{id}: {name}"));
        _accounts.Add(payment.ToAccount());
    }

    private void Append(Decision<OrderEvent> decision)
    {
        Order = Written(Order, decision, out var names, out _);
        Log.AddRange(names);
        _standings.Add(Order.ToStanding());
    }

    /// <summary>The state that the journal has after a decision: what was encoded, read back.</summary>
    private TState Written<TState, TEvent>(TState state, Decision<TEvent> decision, out IEnumerable<string> names, out IReadOnlyList<JournalRecord> records)
        where TState : class, IAggregate<TState, TEvent>
        where TEvent : class
    {
        var entries = new List<JournalEvent>();
        Aggregate.Record(state, decision.Events, Now, trace: null, entries);
        names = entries.Select(entry => entry.Type).ToList();
        records = [.. entries.Select((entry, i) => new JournalRecord(i + 1, "s", state.Version + i + 1, entry.Type, entry.Payload, entry.At))];
        return Aggregate.Fold<TState, TEvent>(state, records);
    }
}
