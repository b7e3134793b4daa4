using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Granary.Domain.Claims;

/// <summary>
/// All open claims on one stock item or wallet. Immutable with structural sharing, so that 100,000 open claims cost a change
/// its own path and not a copy.
/// </summary>
public sealed record ClaimBook
{
    /// <summary>No claims.</summary>
    public static ClaimBook Empty { get; } = new() { Unpaid = 0 };

    /// <summary>Claims by order id.</summary>
    public ImmutableDictionary<string, Claim> ByOrder { get; init; } =
        ImmutableDictionary.Create<string, Claim>(StringComparer.Ordinal);

    /// <summary>The sum of <see cref="Claim.Reserved"/> over all claims.</summary>
    public long Reserved { get; init; }

    /// <summary>
    /// The number of orders that have not paid (<see cref="Claim.IsUnpaid"/>); null until the next change after a snapshot of an
    /// earlier release.
    /// </summary>
    public int? Unpaid { get; init; }

    /// <summary>
    /// The sum of <see cref="Claim.Reserved"/> by owner, where owners are kept; null in snapshots of earlier releases.
    /// </summary>
    public ImmutableDictionary<string, long>? Owners { get; init; }

    /// <summary>Whether nothing of any order is set aside or reversible.</summary>
    [JsonIgnore]
    public bool IsEmpty => ByOrder.IsEmpty;

    /// <summary>The claim of an order, or null.</summary>
    public Claim? Find(string orderId) => ByOrder.GetValueOrDefault(orderId);

    /// <summary>Whether what is free would suffice without what pending attempts of the same order have taken.</summary>
    public bool Contends(string orderId, long available, long quantity) =>
        Find(orderId) is { } claim && available + claim.Unconfirmed >= quantity;

    /// <summary>What the orders of a user have set aside and not paid.</summary>
    public long ReservedBy(string owner) => Owners?.GetValueOrDefault(owner) ?? 0;

    /// <summary>Whether one more order may take something while at most so many have not paid; 0 is no limit.</summary>
    public bool MayOpen(string orderId, int most) => !IsFull(most) || Find(orderId) is not null;

    /// <summary>Whether as many orders have not paid as may; 0 is no limit.</summary>
    public bool IsFull(int most) => most > 0 && CountUnpaid() >= most;

    /// <summary>An attempt takes a quantity.</summary>
    /// <param name="owner">The user whose order it is; null does not keep it.</param>
    public ClaimBook Reserve(string orderId, long attempt, long quantity, DateTimeOffset at, string? owner = null)
    {
        var claim = Find(orderId) ?? new Claim { Owner = owner };
        return With(orderId, claim, claim with { Pending = claim.Pending.Add(new PendingAttempt(attempt, quantity, at)) });
    }

    /// <summary>An attempt gives back what it took.</summary>
    public ClaimBook ReleaseAttempt(string orderId, long attempt) =>
        Change(orderId, claim => claim with { Pending = claim.Without([attempt]) });

    /// <summary>The order has a right to exactly this quantity; the attempts are part of it.</summary>
    public ClaimBook Secure(string orderId, long orderVersion, long quantity, IReadOnlyList<long> attempts) =>
        Change(orderId, claim => claim with
        {
            Secured = quantity,
            Free = false,
            Pending = claim.Without(attempts),
            OrderVersion = orderVersion,
        });

    /// <summary>The order costs nothing any more and is still open; the attempts were part of what it had.</summary>
    public ClaimBook SecureNothing(string orderId, long orderVersion, IReadOnlyList<long> attempts) =>
        Change(orderId, claim => claim with
        {
            Secured = 0,
            Free = true,
            Pending = claim.Without(attempts),
            OrderVersion = orderVersion,
        });

    /// <summary>The order has paid for this quantity; the attempts are part of it.</summary>
    public ClaimBook Pay(string orderId, long orderVersion, long quantity, IReadOnlyList<long> attempts) =>
        Change(orderId, claim => claim with
        {
            Secured = 0,
            Free = false,
            Paid = quantity,
            Pending = claim.Without(attempts),
            OrderVersion = orderVersion,
        });

    /// <summary>Part of what was paid went back; the rest stays reversible. Nothing is left to do where the claim is closed.</summary>
    public ClaimBook Return(string orderId, long orderVersion, long quantity) =>
        Change(orderId, claim => claim with { Paid = claim.Paid - quantity, OrderVersion = orderVersion });

    /// <summary>What was paid is reversed or final: nothing of it remains reversible.</summary>
    public ClaimBook ClearPaid(string orderId, long orderVersion) =>
        Change(orderId, claim => claim with { Paid = 0, OrderVersion = orderVersion });

    private ClaimBook Change(string orderId, Func<Claim, Claim> change) =>
        Find(orderId) is { } claim ? With(orderId, claim, change(claim)) : this;

    private int CountUnpaid() => Unpaid ?? ByOrder.Values.Count(claim => claim.IsUnpaid);

    private ClaimBook With(string orderId, Claim before, Claim after) => this with
    {
        ByOrder = after.IsEmpty ? ByOrder.Remove(orderId) : ByOrder.SetItem(orderId, after),
        Reserved = checked(Reserved - before.Reserved + after.Reserved),
        Unpaid = CountUnpaid() - (before.IsUnpaid ? 1 : 0) + (after.IsUnpaid ? 1 : 0),
        Owners = after.Owner is { } owner ? OwnersWith(owner, after.Reserved - before.Reserved) : Owners,
    };

    private ImmutableDictionary<string, long> OwnersWith(string owner, long more)
    {
        var owners = Owners ?? ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);
        var reserved = owners.GetValueOrDefault(owner) + more;
        return reserved == 0 ? owners.Remove(owner) : owners.SetItem(owner, reserved);
    }
}
