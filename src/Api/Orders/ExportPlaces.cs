using Granary.Api.Traffic;

namespace Granary.Api.Orders;

/// <summary>Bounds the exports that are under way in this process: each reads pages as fast as its caller takes them.</summary>
public sealed class ExportPlaces
{
    private const int Most = 4;

    private const string All = "";

    private readonly Places _places = new(Most);

    /// <summary>Takes a place.</summary>
    /// <returns>The place, which must be disposed of; null if there is none.</returns>
    public IDisposable? TryEnter() => _places.TryEnter(All) ? new Place(_places) : null;

    private sealed class Place(Places places) : IDisposable
    {
        public void Dispose() => places.Leave(All);
    }
}
