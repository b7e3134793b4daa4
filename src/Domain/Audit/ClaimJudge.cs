using Granary.Domain.Claims;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Audit;

/// <summary>Holds the claims on one stock item or wallet against the orders that make them.</summary>
/// <param name="name">Whose claims, for the findings.</param>
/// <param name="claims">The claims that are kept.</param>
/// <param name="target">What an order has a right to here.</param>
/// <param name="returned">What refunds of an order have given back, where there are any.</param>
internal sealed class ClaimJudge(
    string name, ClaimBook claims, Func<OrderStanding, long> target, Func<OrderStanding, long>? returned = null)
{
    public List<string> Violations { get; } = [];

    public List<string> Lagging { get; } = [];

    /// <summary>What the orders judged so far account for as paid: sold units, captured money.</summary>
    public long Paid { get; private set; }

    /// <summary>The known orders that have a claim here.</summary>
    public IEnumerable<OrderStanding> Claimants(IReadOnlyDictionary<string, OrderStanding> standings) =>
        claims.ByOrder.Keys.Where(standings.ContainsKey).Select(order => standings[order]);

    /// <summary>Judges one order.</summary>
    public void Judge(OrderStanding standing)
    {
        var right = standing.Phase == ClaimPhase.None ? 0 : target(standing);
        var claim = claims.Find(standing.OrderId);
        if (claim is null && right == 0)
        {
            return;
        }

        claim ??= new Claim();
        var accepted = claim.Pending.Where(pending => standing.Accepted.Contains(pending.Attempt)).ToList();
        var reserved = claim.Secured + accepted.Sum(pending => pending.Quantity);
        if (accepted.Count < claim.Pending.Length)
        {
            Lagging.Add($"{name}: order {standing.OrderId} has not accepted {claim.Reserved - reserved} that an attempt took.");
        }

        Paid += standing.Phase switch
        {
            ClaimPhase.None => JudgeGivenUp(standing, claim, reserved, accepted.Count),
            ClaimPhase.Secured => JudgeSecured(standing, claim, reserved, right),
            ClaimPhase.Paid => JudgePaid(standing, claim, reserved, accepted.Count, right),
            ClaimPhase.Closed => JudgeClosed(standing, claim, reserved, right),
        };
    }

    /// <summary>Judges claims of orders that the journal does not know: an attempt that was never decided may have left them.</summary>
    public void JudgeStrangers(IReadOnlyDictionary<string, OrderStanding> standings)
    {
        foreach (var (order, claim) in claims.ByOrder.Where(claim => !standings.ContainsKey(claim.Key)))
        {
            Demand(claim.Secured == 0 && claim.Paid == 0, $"{name}: order {order} has a confirmed claim and does not exist.");
            Expect(claim.Pending.IsEmpty, $"{name}: an attempt at order {order} took {claim.Reserved}; there is no such order yet.");
        }
    }

    private long JudgeGivenUp(OrderStanding standing, Claim claim, long reserved, int accepted)
    {
        Expect(reserved == 0 && claim.Paid == 0 && accepted == 0, $"{name}: order {standing.OrderId} is given up and still has a claim.");
        return claim.Paid;
    }

    private long JudgeSecured(OrderStanding standing, Claim claim, long reserved, long right)
    {
        Demand(reserved >= right, $"{name}: unpaid order {standing.OrderId} has {reserved} set aside of {right}.");
        Demand(claim.Paid == 0, $"{name}: unpaid order {standing.OrderId} counts as paid.");
        Expect(reserved <= right, $"{name}: unpaid order {standing.OrderId} has {reserved} set aside, more than its {right}.");
        return claim.Paid;
    }

    private long JudgePaid(OrderStanding standing, Claim claim, long reserved, int accepted, long right)
    {
        var back = JudgeRefunds(standing);
        Demand(
            reserved + claim.Paid + back >= right,
            $"{name}: paid order {standing.OrderId} has {reserved} and {claim.Paid} of {right}, of which {back} went back.");
        Demand(claim.Paid + back <= right, $"{name}: paid order {standing.OrderId} has taken {claim.Paid + back}, more than its {right}.");
        Expect(reserved == 0 && accepted == 0, $"{name}: paid order {standing.OrderId} still has {reserved} set aside.");
        return claim.Paid;
    }

    /// <summary>A closed claim is forgotten: only one that lags behind can still be seen.</summary>
    private long JudgeClosed(OrderStanding standing, Claim claim, long reserved, long right)
    {
        Expect(claim.IsEmpty, $"{name}: the payment of order {standing.OrderId} is final and it still has a claim.");
        return claim.Paid == 0 && reserved > 0 ? 0 : right - JudgeRefunds(standing);
    }

    /// <summary>Judges what refunds have given back, and returns it.</summary>
    private long JudgeRefunds(OrderStanding standing)
    {
        if (returned is null)
        {
            return 0;
        }

        var back = returned(standing);
        Demand(back <= standing.RefundedTotal, $"{name}: {back} of order {standing.OrderId} went back; it has decided on {standing.RefundedTotal}.");
        Expect(back >= standing.RefundedTotal, $"{name}: {back} of order {standing.OrderId} went back of {standing.RefundedTotal} that it has decided on.");
        return back;
    }

    private void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            Violations.Add(otherwise);
        }
    }

    private void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            Lagging.Add(otherwise);
        }
    }
}
