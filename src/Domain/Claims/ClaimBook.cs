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
    public static ClaimBook Empty { get; } = new();

    /// <summary>Claims by order id.</summary>
    public ImmutableDictionary<string, Claim> ByOrder { get; init; } =
        ImmutableDictionary.Create<string, Claim>(StringComparer.Ordinal);

    /// <summary>The sum of <see cref="Claim.Reserved"/> over all claims.</summary>
    public long Reserved { get; init; }

    /// <summary>Whether nothing of any order is set aside or reversible.</summary>
    [JsonIgnore]
    public bool IsEmpty => ByOrder.IsEmpty;

    /// <summary>The claim of an order, or null.</summary>
    public Claim? Find(string orderId) => ByOrder.GetValueOrDefault(orderId);

    /// <summary>Whether what is free would suffice without what pending attempts of the same order have taken.</summary>
    public bool Contends(string orderId, long available, long quantity) =>
        Find(orderId) is { } claim && available + claim.Unconfirmed >= quantity;

    /// <summary>An attempt takes a quantity.</summary>
    public ClaimBook Reserve(string orderId, long attempt, long quantity, DateTimeOffset at)
    {
        var claim = Find(orderId) ?? new Claim();
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
            Pending = claim.Without(attempts),
            OrderVersion = orderVersion,
        });

    /// <summary>The order has paid for this quantity; the attempts are part of it.</summary>
    public ClaimBook Pay(string orderId, long orderVersion, long quantity, IReadOnlyList<long> attempts) =>
        Change(orderId, claim => claim with
        {
            Secured = 0,
            Paid = quantity,
            Pending = claim.Without(attempts),
            OrderVersion = orderVersion,
        });

    /// <summary>What was paid is reversed or final: nothing of it remains reversible.</summary>
    public ClaimBook ClearPaid(string orderId, long orderVersion) =>
        Change(orderId, claim => claim with { Paid = 0, OrderVersion = orderVersion });

    private ClaimBook Change(string orderId, Func<Claim, Claim> change) =>
        Find(orderId) is { } claim ? With(orderId, claim, change(claim)) : this;

    private ClaimBook With(string orderId, Claim before, Claim after) => this with
    {
        ByOrder = after.IsEmpty ? ByOrder.Remove(orderId) : ByOrder.SetItem(orderId, after),
        Reserved = checked(Reserved - before.Reserved + after.Reserved),
    };
}
