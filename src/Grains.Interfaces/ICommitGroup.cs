namespace Granary.Grains.Interfaces;

/// <summary>
/// The participants' appends that the append of an order will require. A caller passes it along with a call to a participant.
/// It stays in the process: a message carries it by reference to a grain of the same silo, and does not carry it to another silo.
/// </summary>
public interface ICommitGroup
{
    /// <summary>Lets the order require what a participant has decided. Called on the participant's own thread.</summary>
    /// <param name="queued">Ends when the participant's append is queued in the journal; its result is null if everything is already durable.</param>
    /// <returns>
    /// False when the group is closed: no order will require the append, so the participant must see to its commit itself.
    /// </returns>
    bool Join(Task<Requirement?> queued);
}

/// <summary>An append that another one requires. It names a task, so it never leaves the process.</summary>
/// <param name="Stream">Its stream.</param>
/// <param name="Outcome">Ends when the append is durable or has failed.</param>
public readonly record struct Requirement(string Stream, Task Outcome)
{
    /// <summary>Whether it is durable by now.</summary>
    public bool IsDurable => Outcome.IsCompletedSuccessfully;
}
