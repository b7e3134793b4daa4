using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Granary.Domain.Claims;

/// <summary>
/// What one order claims of one stock item (in units) or of one wallet (in minor units). Stock calls it a reservation and a
/// sale, the wallet a hold and a capture; the arithmetic is the same.
/// </summary>
public sealed record Claim
{
    /// <summary>Attempts that have taken something and of which it is not recorded here that the order accepted them.</summary>
    public ImmutableArray<PendingAttempt> Pending { get; init; } = [];

    /// <summary>Taken, and confirmed by what the order has decided.</summary>
    public long Secured { get; init; }

    /// <summary>Paid for, and still reversible. Snapshots have it under its older name.</summary>
    [JsonPropertyName("settled")]
    public long Paid { get; init; }

    /// <summary>The order's version that this claim was last aligned with.</summary>
    public long OrderVersion { get; init; }

    /// <summary>The order was amended to cost nothing and is still open; false in snapshots of earlier releases.</summary>
    public bool Free { get; init; }

    /// <summary>The user whose order it is, where the book keeps it: a stock item does, and did not in release 0.1.0.</summary>
    public string? Owner { get; init; }

    /// <summary>Everything that is set aside for the order and not paid.</summary>
    [JsonIgnore]
    public long Reserved => Secured + Unconfirmed;

    /// <summary>What pending attempts have taken.</summary>
    [JsonIgnore]
    public long Unconfirmed
    {
        get
        {
            var sum = 0L;
            foreach (var attempt in Pending)
            {
                sum += attempt.Quantity;
            }

            return sum;
        }
    }

    /// <summary>The order has taken something, be it at no price, and has not paid.</summary>
    [JsonIgnore]
    public bool IsUnpaid => Paid == 0 && !IsEmpty;

    /// <summary>Nothing is left to remember.</summary>
    [JsonIgnore]
    public bool IsEmpty => !Free && Secured == 0 && Paid == 0 && Pending.IsEmpty;

    /// <summary>Whether an attempt has taken something that is not part of the claim yet.</summary>
    public bool HasPending(long attempt)
    {
        foreach (var pending in Pending)
        {
            if (pending.Attempt == attempt)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The pending attempts without those that the order has accepted and that are part of the claim now.</summary>
    internal ImmutableArray<PendingAttempt> Without(IReadOnlyList<long> attempts) =>
        attempts.Count == 0 ? Pending : Pending.RemoveAll(pending => attempts.Contains(pending.Attempt));
}

/// <summary>What one attempt at placing or amending an order has taken.</summary>
/// <param name="Attempt">The attempt, unique within its order.</param>
/// <param name="Quantity">Units, or minor units.</param>
/// <param name="At">When it was taken.</param>
public readonly record struct PendingAttempt(long Attempt, long Quantity, DateTimeOffset At);
