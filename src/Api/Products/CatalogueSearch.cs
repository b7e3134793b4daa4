using Granary.Api.Traffic;
using Granary.Grains.Interfaces.Reading;
using Microsoft.Extensions.Caching.Memory;
using Found = Granary.Grains.Interfaces.Reading.Sourced<System.Collections.Generic.IReadOnlyList<string>>;

namespace Granary.Api.Products;

/// <summary>
/// Searches the catalogue for a text. A search may read every product (a text of one or two letters does), so at most two run at a time
/// in this process, a bounded number waits, and the SKUs that were found are kept for a moment: callers that search for the same share one
/// search. Lists without a text read one page of an index and are not limited here.
/// </summary>
/// <param name="lists">The catalogue.</param>
/// <param name="clock">Ends what is kept.</param>
public sealed class CatalogueSearch(IListReads lists, TimeProvider clock) : IDisposable
{
    /// <summary>A product that another front end has defined is found after this time at the latest.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(2);

    private const int MostKept = 1_000;

    private readonly SearchTurns _turns = new();
    private readonly MemoryCache _found = new(new MemoryCacheOptions { SizeLimit = MostKept });
    private long _changes;

    /// <summary>Finds the SKUs of products, in their order.</summary>
    /// <param name="text">What their SKU or name contains; null or empty for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="after">The SKU after which to begin; null for the first.</param>
    /// <param name="demand">What the answer must have; what is kept has no demand.</param>
    /// <exception cref="OverloadedException">Too many searches wait.</exception>
    /// <exception cref="PositionNotReachedException">What is demanded is not there in time.</exception>
    public Task<Found> FindAsync(string? text, int limit, string? after, ReadDemand demand, CancellationToken cancellationToken) =>
        string.IsNullOrEmpty(text) ? lists.ProductsAsync(text, limit, after, TimeSpan.Zero, demand, cancellationToken)
        : demand.AtLeast.Count == 0 ? FindTextAsync(text, limit, after)
        : _turns.RunAsync(() => lists.ProductsAsync(text, limit, after, TimeSpan.Zero, demand, cancellationToken));

    /// <summary>Forgets what was found: a product has changed.</summary>
    public void Forget() => Interlocked.Increment(ref _changes);

    /// <inheritdoc/>
    public void Dispose()
    {
        _found.Dispose();
        _turns.Dispose();
    }

    private async Task<Found> FindTextAsync(string text, int limit, string? after)
    {
        var key = (text, limit, after, Interlocked.Read(ref _changes));
        if (_found.TryGetValue<Search>(key, out var known) && clock.GetElapsedTime(known!.Since) < Kept)
        {
            return await known.Skus.Value;
        }

        var search = new Search(clock.GetTimestamp(), new Lazy<Task<Found>>(
            () => _turns.RunAsync(() => lists.ProductsAsync(text, limit, after, Kept, ReadDemand.None, CancellationToken.None))));
        _found.Set(key, search, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Kept });
        try
        {
            return await search.Skus.Value;
        }
        catch
        {
            // The next caller tries again.
            _found.Remove(key);
            throw;
        }
    }

    /// <summary>A search that callers share.</summary>
    /// <param name="Since">When it began.</param>
    /// <param name="Skus">What it finds.</param>
    private sealed record Search(long Since, Lazy<Task<Found>> Skus);
}
