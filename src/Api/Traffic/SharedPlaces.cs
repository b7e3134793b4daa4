namespace Granary.Api.Traffic;

/// <summary>A bounded number of places, of which a key may have only some.</summary>
/// <param name="mostForKey">Places for one key.</param>
/// <param name="most">Places for all keys together.</param>
public class SharedPlaces(int mostForKey, int most)
{
    private const string All = "";

    private readonly Places _keys = new(mostForKey);
    private readonly Places _all = new(most);

    /// <summary>Takes a place.</summary>
    /// <returns>The place, which must be disposed of; null if there is none.</returns>
    public IDisposable? TryEnter(string key)
    {
        if (!_keys.TryEnter(key))
        {
            return null;
        }

        if (_all.TryEnter(All))
        {
            return new Place(this, key);
        }

        _keys.Leave(key);
        return null;
    }

    private sealed class Place(SharedPlaces places, string key) : IDisposable
    {
        public void Dispose()
        {
            places._keys.Leave(key);
            places._all.Leave(All);
        }
    }
}
