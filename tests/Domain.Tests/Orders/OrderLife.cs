using System.Collections.Immutable;
using Granary.Domain.Audit;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Tests.Orders;

/// <summary>
/// An order with the stock item and the wallet that it claims, and the journal of all three. Every trigger goes through the
/// decision that has its name, as in the grains; nothing else is shared with them.
/// </summary>
internal sealed class OrderLife
{
    private readonly List<JournalRecord> _journal = [];
    private long _attempts;

    public OrderLife()
    {
        Tell(stock => StockDecisions.Define(stock, new DefineProduct("Tea", null, 500, null, "u-admin")));
        Tell(stock => StockDecisions.Adjust(stock, new AdjustStock(100, "delivery", null, "u-admin")));
        Tell(user => UserDecisions.Register(user, new RegisterUser("buyer", "hash", null, [Roles.Customer], "u-buyer")));
        Tell(user => UserDecisions.Deposit(user, new DepositMoney(100_000, null, "u-admin")));
    }

    public OrderState Order { get; private set; } = OrderState.Initial("o1");

    /// <summary>What readers of the order were answered after each of its events.</summary>
    public List<OrderState> Answered { get; } = [];

    /// <summary>The order's events.</summary>
    public IReadOnlyList<JournalRecord> History => [.. _journal.Where(record => record.Stream == OrderState.StreamOf(Order.Id))];

    public StockState Stock { get; private set; } = StockState.Initial("TEA");

    public UserState User { get; private set; } = UserState.Initial("u-buyer");

    /// <summary>Whether the order has decided something that the others must be told.</summary>
    public bool IsUntold { get; private set; }

    /// <summary>The triggers that the order's status permits.</summary>
    public IReadOnlyList<OrderTrigger> Permitted =>
        [.. Enum.GetValues<OrderTrigger>().Where(trigger => OrderLifecycle.Next(Order.Status, trigger) is not null)];

    /// <summary>A life that came to a status by the shortest way that the lifecycle has.</summary>
    public static OrderLife To(OrderStatus status)
    {
        var ways = new Queue<ImmutableList<OrderTrigger>>([[]]);
        while (ways.TryDequeue(out var way))
        {
            var life = new OrderLife();
            way.ForEach(trigger => life.Fire(trigger, 2));
            if (life.Order.Status == status)
            {
                return life;
            }

            foreach (var trigger in life.Permitted.Where(trigger => OrderLifecycle.Next(life.Order.Status, trigger) != life.Order.Status))
            {
                ways.Enqueue(way.Add(trigger));
            }
        }

        throw new InvalidOperationException($"No transition leads to {status}.");
    }

    /// <summary>Does what a trigger stands for, and tells stock and wallet when they must be told.</summary>
    /// <param name="quantity">Units to place the order with or to amend it to.</param>
    /// <param name="tell">False to tell them later.</param>
    public void Fire(OrderTrigger trigger, long quantity, bool tell = true)
    {
        var before = Order;
        Record(Decide(trigger, quantity));
        IsUntold |= trigger != OrderTrigger.Place && Order.ClaimsOtherThan(before);
        if (tell && IsUntold)
        {
            Align();
        }
    }

    /// <summary>An operator refunds part of what was captured, where so much is left.</summary>
    public void Refund(long amount, bool tell = true)
    {
        if (OrderMoney.Refundable(Order) < amount)
        {
            return;
        }

        Record(OrderPaymentDecisions.Refund(Order, new RefundOrder($"r{Order.Refunds.Length}", amount, "damaged", Given.ByStaff), Given.Noon));
        IsUntold = true;
        if (tell)
        {
            Align();
        }
    }

    /// <summary>An attempt takes something and is given up: the order voids it, and stock and wallet release it.</summary>
    public void Abandon(long quantity)
    {
        var attempt = Take(quantity, 500);
        Record(OrderDecisions.VoidAttempt(Order, attempt));
        Tell(stock => StockDecisions.Release(stock, Order.Id, attempt));
        Tell(user => UserDecisions.Release(user, Order.Id, attempt));
    }

    /// <summary>Stock and wallet bring their claims in step with the order.</summary>
    public void Align()
    {
        var standing = Order.ToStanding();
        while (Tell(stock => StockDecisions.Align(stock, standing)))
        {
        }

        while (Tell(user => UserDecisions.Align(user, standing)))
        {
        }

        IsUntold = false;
    }

    public AuditReport Audit()
    {
        var audit = new JournalAudit();
        _journal.ForEach(audit.Add);
        return audit.Judge();
    }

    /// <summary>The decision that a trigger stands for. The compiler names a trigger that is missing here.</summary>
    private Decision<OrderEvent> Decide(OrderTrigger trigger, long quantity) => trigger switch
    {
        OrderTrigger.Place => OrderDecisions.Place(
            Order, Given.Placement, Take(quantity, quantity * 500), [new OrderLine("TEA", "Tea", quantity, 500)], Given.Noon.AddMinutes(15)),
        OrderTrigger.Amend => Amend(quantity),
        OrderTrigger.Pay => OrderDecisions.Pay(Order, Given.ByBuyer, Given.Noon),
        OrderTrigger.Pack => OrderDecisions.Pack(Order, Given.ByStaff, Given.Noon),
        OrderTrigger.Ship => OrderDecisions.Ship(Order, Given.ByStaff, Given.Parcel, Given.Noon),
        OrderTrigger.Receive => OrderDecisions.Receive(Order, Given.ByBuyer, Given.Noon),
        OrderTrigger.Complete => OrderDecisions.Complete(Order, Given.ByStaff, Given.Noon),
        OrderTrigger.Cancel => OrderDecisions.Cancel(Order, Given.ByBuyer, null, Given.Noon),
        OrderTrigger.Expire => OrderDecisions.Expire(Order, Order.ExpiresAt),
    };

    private Decision<OrderEvent> Amend(long quantity)
    {
        var plan = OrderAmendmentPlan.For(Order, [new RequestedLine("TEA", quantity)]);
        var lines = plan.Priced([]);
        var more = plan.Increases.Sum(increase => increase.Quantity);
        long? attempt = more > 0 ? Take(more, plan.MoreThanHeld(OrderTotal.Of(lines)!.Value)) : null;
        return OrderDecisions.Amend(Order, Given.ByBuyer, new OrderAmendment(null, null, null), lines, attempt, Given.Noon);
    }

    private long Take(long units, long money)
    {
        var attempt = ++_attempts;
        Tell(stock => StockDecisions.Reserve(stock, new ReserveStock(Order.Id, attempt, units, null), out _));
        Tell(user => UserDecisions.Hold(user, new HoldMoney(Order.Id, attempt, money)));
        return attempt;
    }

    private void Record(Decision<OrderEvent> decision)
    {
        var before = Order.Version;
        Order = Apply(Order, JournalStream.OfOrder(Order.Id), decision);
        Assert.InRange(Order.Version - before, 0, decision.Events is [OrderRefundRequested, ..] ? 2 : 1);
        if (Order.Version > before)
        {
            Answered.Add(Order);
        }
    }

    private bool Tell(Func<StockState, Decision<StockEvent>> decide)
    {
        var before = Stock;
        Stock = Apply(Stock, JournalStream.OfStock(Stock.Sku), decide(Stock));
        return Stock != before;
    }

    private bool Tell(Func<UserState, Decision<UserEvent>> decide)
    {
        var before = User;
        User = Apply(User, JournalStream.OfUser(User.Id), decide(User));
        return User != before;
    }

    private TState Apply<TState, TEvent>(TState state, string stream, Decision<TEvent> decision)
        where TState : class, IAggregate<TState, TEvent>
        where TEvent : class
    {
        Assert.Null(decision.Refusal);
        var entries = new List<JournalEvent>();
        var after = Aggregate.Record(state, decision.Events, Given.Noon.AddMinutes(_journal.Count), trace: null, entries);
        foreach (var (i, entry) in entries.Index())
        {
            _journal.Add(new JournalRecord(_journal.Count + 1, stream, state.Version + i + 1, entry.Type, entry.Payload, entry.At));
        }

        return after;
    }
}
