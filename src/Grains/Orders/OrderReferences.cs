using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Journal;

namespace Granary.Grains.Orders;

/// <summary>
/// Callers' own references of orders. An attempt claims the reference in the reference's stream, in the commit of the order that requires
/// the claim: of several orders that ask for it at once, on whatever silos, only one append can follow the same version. A claim of an
/// attempt that placed no order (its silo died, or its order lost a conflict) is void once that attempt is, as a stock item's or wallet's.
/// </summary>
internal sealed class OrderReferences(IGrainFactory grains, IJournal journal, TimeProvider clock)
{
    /// <summary>
    /// The state of the order's reference, for the attempt's claim to follow. It is asked before anything is taken, so that a refused
    /// repetition writes nothing.
    /// </summary>
    /// <returns>The state, or why the order cannot have the reference.</returns>
    public async Task<(ReferenceState State, AttemptOutcome.Refused? Refusal)> FindAsync(string orderId, string caller, string reference)
    {
        var state = await ReadAsync<ReferenceState, ReferenceEvent>(ReferenceState.KeyOf(caller, reference));
        if (state.Claim is not { } claim || claim.Order == orderId)
        {
            return (state, null);
        }

        var taken = new AttemptOutcome.Refused(new ExternalReferenceTaken(claim.Order));
        if (state.IsCarriedBy(await ReadAsync<OrderState, OrderEvent>(claim.Order)))
        {
            return (state, taken);
        }

        // Asking voids the attempt if it is not being decided, so that it cannot place the other order later.
        var standing = await grains.Order(claim.Order).CheckBack(claim.Attempt);
        return standing.InFlight ? (state, taken with { Contended = true })
            : state.IsCarriedBy(await ReadAsync<OrderState, OrderEvent>(claim.Order)) ? (state, taken)
            : (state, null);
    }

    /// <summary>Queues the claim, for the order's append to require. It is deferred: the order's append starts the commit.</summary>
    public Requirement Claim(ReferenceState state, string orderId, PlaceOrder command, long attempt, int timeline)
    {
        var events = new List<JournalEvent>(1);
        Aggregate.Record<ReferenceState, ReferenceEvent>(
            state,
            [new ReferenceClaimed(command.By, command.ExternalReference!, orderId, attempt)],
            clock.GetUtcNow(),
            JournalTraces.Caller,
            events);
        var append = new JournalAppend(ReferenceState.StreamOf(state.Key), state.Version, events) { IsDeferred = true, Timeline = timeline };
        return new Requirement(append.Stream, journal.AppendAsync(append));
    }

    private async Task<TState> ReadAsync<TState, TEvent>(string key)
        where TState : class, IAggregate<TState, TEvent>
        where TEvent : class => Aggregate.Fold<TState, TEvent>(TState.Initial(key), await journal.ReadStreamAsync(TState.StreamOf(key), 0));
}
