using System.Collections.Concurrent;

namespace Granary.PaymentProvider;

/// <summary>What goes wrong with calls of one kind, and with how many of them.</summary>
/// <param name="Fault">
/// <c>decline</c>, <c>slow</c>, <c>commit_then_hang</c>, <c>hang_then_nothing</c>, <c>error_before</c> or <c>error_after</c>.
/// </param>
/// <param name="Share">How many of the calls: 0.1 is every tenth, not one in ten by chance.</param>
/// <param name="DelayMs">How long <c>slow</c> takes.</param>
public sealed record CallFault(string Fault, double Share = 1, int DelayMs = 900)
{
    internal bool IsKnown =>
        Fault is "decline" or "slow" or "commit_then_hang" or "hang_then_nothing" or "error_before" or "error_after" && Share is >= 0 and <= 1 && DelayMs >= 0;
}

/// <summary>What goes wrong with events.</summary>
/// <param name="Copies">How often each is sent.</param>
/// <param name="Reorder">The newest first.</param>
/// <param name="Drop">How many are never sent: 0.1 is every tenth.</param>
/// <param name="DelayMs">How late they are sent.</param>
public sealed record EventFault(int Copies = 1, bool Reorder = false, double Drop = 0, int DelayMs = 0);

/// <summary>Faults on demand, by kind of call: <c>authorize</c>, <c>capture</c>, <c>void</c>, <c>refund</c>, <c>ask</c> or <c>*</c>.</summary>
public sealed record FaultPlan(Dictionary<string, CallFault>? Calls = null, EventFault? Events = null)
{
    /// <summary>Whether every fault is one that there is: a misspelt one would do nothing.</summary>
    internal bool IsKnown => (Calls ?? []).All(call =>
        call.Key is "authorize" or "capture" or "void" or "refund" or "ask" or "*" && call.Value is { IsKnown: true });
}

/// <summary>The faults that are set, and how many calls came of each kind.</summary>
public sealed class Faults
{
    private readonly ConcurrentDictionary<string, long> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _drawn = new(StringComparer.Ordinal);
    private volatile FaultPlan _plan = new();

    /// <summary>The faults now.</summary>
    public FaultPlan Plan
    {
        get => _plan;
        set
        {
            _drawn.Clear();
            _plan = value;
        }
    }

    /// <summary>The calls so far, by kind.</summary>
    public IReadOnlyDictionary<string, long> Calls => _calls;

    /// <summary>Counts a call and says what goes wrong with it, or null.</summary>
    public CallFault? Draw(string kind)
    {
        _calls.AddOrUpdate(kind, 1, (_, count) => count + 1);
        var calls = _plan.Calls;
        return (calls?.GetValueOrDefault(kind) ?? calls?.GetValueOrDefault("*")) is { } fault && Falls(kind, fault.Share) ? fault : null;
    }

    /// <summary>Whether an event is never sent.</summary>
    public bool Drops() => Plan.Events is { Drop: > 0 } events && Falls("events", events.Drop);

    /// <summary>Whether this one is among the share: evenly, so that a test knows how many are.</summary>
    private bool Falls(string kind, double share)
    {
        var number = _drawn.AddOrUpdate(kind, 1, (_, count) => count + 1);
        return Math.Floor(number * share) > Math.Floor((number - 1) * share);
    }
}
