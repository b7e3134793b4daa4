using System.Collections.Concurrent;

namespace Granary.Grains.Orders;

/// <summary>The attempts at placing an order that are being made in this process.</summary>
public sealed class LocalAttempts
{
    private readonly ConcurrentDictionary<long, Attempt> _attempts = new();

    internal void Begin(Attempt attempt) => _attempts[attempt.Number] = attempt;

    internal void End(Attempt attempt) => _attempts.TryRemove(attempt.Number, out _);

    /// <summary>The attempt with a number; null when it has ended or is made elsewhere.</summary>
    internal Attempt? Find(long number) => _attempts.GetValueOrDefault(number);
}
