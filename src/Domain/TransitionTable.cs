using System.Collections.Frozen;
using Granary.Grains.Interfaces;
using Stateless;

namespace Granary.Domain;

/// <summary>
/// Every transition that a Stateless machine permits, asked once and kept: a machine per grain call would cost more than the
/// rest of the decision.
/// </summary>
/// <typeparam name="TStatus">The states.</typeparam>
/// <typeparam name="TTrigger">What moves from one to another.</typeparam>
public sealed class TransitionTable<TStatus, TTrigger>
    where TStatus : struct, Enum
    where TTrigger : struct, Enum
{
    private readonly FrozenDictionary<(TStatus, TTrigger), TStatus> _transitions;
    private readonly FrozenSet<(TStatus, TTrigger)> _reached;
    private readonly FrozenSet<TStatus> _left;

    /// <param name="machineIn">Makes the configured machine in a given state.</param>
    public TransitionTable(Func<TStatus, StateMachine<TStatus, TTrigger>> machineIn)
    {
        ArgumentNullException.ThrowIfNull(machineIn);
        var transitions = new Dictionary<(TStatus, TTrigger), TStatus>();
        foreach (var status in Enum.GetValues<TStatus>())
        {
            foreach (var trigger in Enum.GetValues<TTrigger>().Where(machineIn(status).CanFire))
            {
                var machine = machineIn(status);
                machine.Fire(trigger);
                transitions.Add((status, trigger), machine.State);
            }
        }

        _transitions = transitions.ToFrozenDictionary();
        var moves = transitions.Where(move => !move.Key.Item1.Equals(move.Value)).ToList();
        _reached = moves.Select(move => (move.Value, move.Key.Item2)).ToFrozenSet();
        _left = moves.Select(move => move.Key.Item1).ToFrozenSet();
    }

    /// <summary>The state after a trigger, or null when the state does not permit it.</summary>
    public TStatus? Next(TStatus status, TTrigger trigger) =>
        _transitions.TryGetValue((status, trigger), out var next) ? next : null;

    /// <summary>Whether no transition leads out of the state to another one.</summary>
    public bool IsTerminal(TStatus status) => !_left.Contains(status);

    /// <summary>Whether the state is one that the trigger leads to from another state.</summary>
    public bool IsReached(TStatus status, TTrigger trigger) => _reached.Contains((status, trigger));

    /// <summary>The triggers that a state permits, by name in lower case, in the order of their declaration.</summary>
    public IReadOnlyList<string> Permitted(TStatus status, params TTrigger[] except) =>
    [
        .. Enum.GetValues<TTrigger>()
            .Where(trigger => !except.Contains(trigger) && _transitions.ContainsKey((status, trigger)))
            .Select(trigger => Words.Of(trigger)),
    ];
}
