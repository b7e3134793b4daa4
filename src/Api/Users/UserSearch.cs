using Granary.Api.Traffic;
using Granary.Grains.Interfaces.BackOffice;

namespace Granary.Api.Users;

/// <summary>
/// Lists users. Those that search for a text take turns in this process: otherwise they would wait in the silos' workers, and hold up the
/// audit and the lists of stock, which the same workers answer. Lists without a text read one page of an index and are not limited here.
/// </summary>
/// <param name="grains">The directory of users.</param>
public sealed class UserSearch(IGrainFactory grains) : IDisposable
{
    private readonly SearchTurns _turns = new();

    /// <summary>A page of users.</summary>
    /// <exception cref="OverloadedException">Too many searches wait.</exception>
    public Task<UserPage> FindAsync(UserQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var directory = grains.GetGrain<IBackOfficeGrain>(0);
        return string.IsNullOrEmpty(query.Search) ? directory.ListUsers(query) : _turns.RunAsync(() => directory.ListUsers(query));
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();
}
