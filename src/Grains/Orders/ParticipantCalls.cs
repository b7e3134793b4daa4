using Granary.Grains.Interfaces;

namespace Granary.Grains.Orders;

/// <summary>
/// Calls of an order to its stock items and its user. They are repeated when the activation that they reach has lost its stream
/// to another one: it has deactivated, and the next call reaches a fresh one. No other fault is repeated here, and what is taken
/// for a new order is not called through here: <see cref="PlacementSaga"/> makes another attempt instead. See the table of
/// retries in <c>docs/architecture.md</c>.
/// </summary>
internal static class ParticipantCalls
{
    /// <summary>Calls to one participant before its conflict is passed on.</summary>
    public const int Most = 3;

    /// <summary>Makes a call with a result.</summary>
    public static async Task<T> RepeatAsync<T>(Func<Task<T>> call)
    {
        for (var calls = 1; ; calls++)
        {
            try
            {
                return await call();
            }
            catch (VersionConflictException) when (calls < Most)
            {
                // The next call decides on what is durable.
            }
        }
    }

    /// <summary>Makes a call without a result.</summary>
    public static Task RepeatAsync(Func<Task> call) => RepeatAsync(async () =>
    {
        await call();
        return true;
    });
}
