using Granary.Domain.Claims;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Audit;

/// <summary>Holds the claims on one stock item or wallet against the orders that make them.</summary>
/// <param name="name">Whose claims, for the findings.</param>
/// <param name="claims">The claims that are kept.</param>
/// <param name="target">What an order has a right to here.</param>
internal sealed class ClaimJudge(string name, ClaimBook claims, Func<OrderStanding, long> target)
{
    public List<string> Violations { get; } = [];

    public List<string> Unsettled { get; } = [];

    /// <summary>What the orders judged so far account for as paid: sold units, captured money.</summary>
    public long Settled { get; private set; }

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
            Unsettled.Add($"{name}: order {standing.OrderId} has not accepted {claim.Reserved - reserved} that an attempt took.");
        }

        switch (standing.Phase)
        {
            case ClaimPhase.Secured:
                Settled += claim.Settled;
                Demand(reserved >= right, $"{name}: pending order {standing.OrderId} has {reserved} set aside of {right}.");
                Demand(claim.Settled == 0, $"{name}: pending order {standing.OrderId} counts as paid.");
                Expect(reserved <= right, $"{name}: pending order {standing.OrderId} has {reserved} set aside, more than its {right}.");
                break;
            case ClaimPhase.Settled:
                Settled += claim.Settled;
                Demand(reserved + claim.Settled >= right, $"{name}: paid order {standing.OrderId} has {reserved} and {claim.Settled} of {right}.");
                Expect(reserved == 0 && accepted.Count == 0, $"{name}: paid order {standing.OrderId} still has {reserved} set aside.");
                break;
            case ClaimPhase.Closed:
                // A closed claim is forgotten: only one that lags behind can still be seen.
                Settled += claim.Settled == 0 && reserved > 0 ? 0 : right;
                Expect(claim.IsEmpty, $"{name}: shipped order {standing.OrderId} still has a claim.");
                break;
            default:
                Settled += claim.Settled;
                Expect(reserved == 0 && claim.Settled == 0 && accepted.Count == 0, $"{name}: order {standing.OrderId} is closed and still has a claim.");
                break;
        }
    }

    /// <summary>Judges claims of orders that the journal does not know: an attempt that was never decided may have left them.</summary>
    public void JudgeStrangers(IReadOnlyDictionary<string, OrderStanding> standings)
    {
        foreach (var (order, claim) in claims.ByOrder.Where(claim => !standings.ContainsKey(claim.Key)))
        {
            Demand(claim.Secured == 0 && claim.Settled == 0, $"{name}: order {order} has a confirmed claim and does not exist.");
            Expect(claim.Pending.IsEmpty, $"{name}: an attempt at order {order} took {claim.Reserved}; there is no such order yet.");
        }
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
            Unsettled.Add(otherwise);
        }
    }
}
