using Granary.Api.Traffic;

namespace Granary.Api.Auth;

/// <summary>What a password is hashed for.</summary>
public enum HashingPurpose
{
    /// <summary>A login.</summary>
    Login,

    /// <summary>A registration, or another new password.</summary>
    NewPassword,
}

/// <summary>
/// Has one password hashed at a time, so that hashing never takes more than one core from the orders. Logins and new passwords have a
/// queue each and are served by turns: a flood of registrations delays a login by one hash for each login ahead of it, and no more.
/// </summary>
public sealed class HashingTurns
{
    /// <summary>Passwords that wait in one queue at most; both are served within seconds.</summary>
    public const int MostWaiting = 32;

    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource>[] _queues = [new(), new()];
    private HashingPurpose _last;
    private bool _isTaken;

    /// <summary>Does the work when its turn comes, on a thread of the pool.</summary>
    /// <exception cref="OverloadedException">Too many passwords wait for the same purpose.</exception>
    public async Task<T> RunAsync<T>(HashingPurpose purpose, Func<T> work, CancellationToken cancellation)
    {
        await EnterAsync(purpose, cancellation);
        try
        {
            return await Task.Run(work, CancellationToken.None);
        }
        finally
        {
            Leave();
        }
    }

    private Task EnterAsync(HashingPurpose purpose, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_isTaken)
            {
                (_isTaken, _last) = (true, purpose);
                return Task.CompletedTask;
            }

            var queue = _queues[(int)purpose];
            if (queue.Count >= MostWaiting)
            {
                throw new OverloadedException();
            }

            return WaitAsync(queue.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)), cancellation);
        }
    }

    private async Task WaitAsync(LinkedListNode<TaskCompletionSource> place, CancellationToken cancellation)
    {
        await using var leaving = cancellation.UnsafeRegister(_ => GiveUp(place, cancellation), null);
        await place.Value.Task;
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> place, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (place.List is { } queue)
            {
                queue.Remove(place);
                place.Value.SetCanceled(cancellation);
            }
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            var other = _last == HashingPurpose.Login ? HashingPurpose.NewPassword : HashingPurpose.Login;
            var next = _queues[(int)other].Count > 0 ? other : _last;
            if (_queues[(int)next].First is not { } first)
            {
                _isTaken = false;
                return;
            }

            _last = next;
            first.List!.Remove(first);
            first.Value.SetResult();
        }
    }
}
