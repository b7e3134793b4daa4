using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Claims;

/// <summary>What must change in a claim so that it agrees with what its order has decided.</summary>
public enum ClaimStep
{
    /// <summary>It agrees already.</summary>
    None,

    /// <summary>The order has a right to <see cref="ClaimAlignment.Quantity"/>, no more.</summary>
    Secure,

    /// <summary>The order has paid for <see cref="ClaimAlignment.Quantity"/>.</summary>
    Pay,

    /// <summary>The order has no right to what was set aside and not paid.</summary>
    Release,

    /// <summary>The order was cancelled after it was paid: <see cref="ClaimAlignment.Quantity"/> goes back.</summary>
    Reverse,

    /// <summary>What was paid is final.</summary>
    Close,
}

/// <summary>One step that brings a claim in line with its order.</summary>
/// <param name="Step">The kind of step.</param>
/// <param name="Quantity">Units or minor units that it concerns.</param>
/// <param name="Attempts">Pending attempts that the order has accepted and that the step makes part of the claim.</param>
public readonly record struct ClaimAlignment(ClaimStep Step, long Quantity, IReadOnlyList<long> Attempts)
{
    private static readonly ClaimAlignment Agreed = new(ClaimStep.None, 0, []);

    /// <summary>
    /// The next step for a claim, given the standing of its order. Repeat until it is <see cref="ClaimStep.None"/>. A standing
    /// older than the recorded one changes nothing, and no step ever takes more than was reserved, so standings may arrive
    /// late, twice or in the wrong order.
    /// </summary>
    /// <param name="claim">The claim, or null when nothing is kept for the order.</param>
    /// <param name="standing">What the order has decided.</param>
    /// <param name="target">The quantity that the order has a right to here.</param>
    public static ClaimAlignment Next(Claim? claim, OrderStanding standing, long target)
    {
        if (claim is null || standing.Version < claim.OrderVersion)
        {
            return Agreed;
        }

        var (accepted, taken) = Accepted(claim, standing);
        var quantity = claim.Secured + taken;
        var open = quantity > 0 || accepted.Count > 0 || claim.Free;

        // One arm for each phase, and no default: the compiler names a phase that is forgotten here.
        return standing.Phase switch
        {
            ClaimPhase.None when claim.Paid > 0 => new(ClaimStep.Reverse, claim.Paid, []),
            ClaimPhase.None => open ? new(ClaimStep.Release, quantity, accepted) : Agreed,
            ClaimPhase.Secured => quantity > target ? new(ClaimStep.Secure, target, accepted) : Agreed,
            ClaimPhase.Paid or ClaimPhase.Closed when open => claim.Paid == 0 && target > 0
                ? new(ClaimStep.Pay, Math.Min(target, quantity), accepted)
                : new(ClaimStep.Release, quantity, accepted),
            ClaimPhase.Paid => Agreed,
            ClaimPhase.Closed => claim.Paid > 0 ? new(ClaimStep.Close, claim.Paid, []) : Agreed,
        };
    }

    private static (IReadOnlyList<long> Attempts, long Quantity) Accepted(Claim claim, OrderStanding standing)
    {
        List<long>? attempts = null;
        var quantity = 0L;
        foreach (var pending in claim.Pending)
        {
            if (standing.Accepted.Contains(pending.Attempt))
            {
                (attempts ??= []).Add(pending.Attempt);
                quantity += pending.Quantity;
            }
        }

        return (attempts ?? (IReadOnlyList<long>)[], quantity);
    }
}
