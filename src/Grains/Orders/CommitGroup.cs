using Granary.Domain.Orders;
using Granary.Grains.Interfaces;

namespace Granary.Grains.Orders;

/// <summary>
/// The commit group of one attempt: participants on this silo join it with their appends, and the order's append requires them.
/// It is closed before the order's append is queued or the attempt is given up. What is decided later commits by itself, so no
/// append is left waiting for an order that does not require it.
/// </summary>
internal sealed class CommitGroup : ICommitGroup
{
    private readonly Lock _lock = new();
    private readonly List<Task<Requirement?>> _queued = [];
    private bool _isClosed;

    /// <inheritdoc/>
    public bool Join(Task<Requirement?> queued)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }

            _queued.Add(queued);
            return true;
        }
    }

    /// <summary>Takes no more appends in.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    /// <summary>Takes no more appends in, and returns when those of the group are queued in the journal.</summary>
    /// <param name="orderId">The order that will require them.</param>
    /// <exception cref="RequirementFailedException">A participant has lost what it decided.</exception>
    public async Task<IReadOnlyList<Requirement>> CloseAsync(string orderId)
    {
        Close();

        // Only Join adds to the list, and no longer does.
        var requirements = new List<Requirement>(_queued.Count);
        try
        {
            foreach (var queued in _queued)
            {
                if (await queued is { } requirement)
                {
                    requirements.Add(requirement);
                }
            }
        }
        catch (JournalException fault)
        {
            throw new RequirementFailedException(OrderState.StreamOf(orderId), fault);
        }

        return requirements;
    }
}
