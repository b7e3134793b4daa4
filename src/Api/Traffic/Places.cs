namespace Granary.Api.Traffic;

/// <summary>A bounded number of places for each key, such as the connections of a network.</summary>
/// <param name="most">Places for one key; 0 for any number.</param>
public sealed class Places(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);

    /// <summary>Takes a place.</summary>
    /// <returns>Whether there was one; if so, it must be <see cref="Leave">left</see>.</returns>
    public bool TryEnter(string key)
    {
        if (most == 0)
        {
            return true;
        }

        lock (_lock)
        {
            var taken = _taken.GetValueOrDefault(key);
            if (taken >= most)
            {
                return false;
            }

            _taken[key] = taken + 1;
            return true;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(string key)
    {
        if (most == 0)
        {
            return;
        }

        lock (_lock)
        {
            var left = _taken[key] - 1;
            if (left == 0)
            {
                _taken.Remove(key);
            }
            else
            {
                _taken[key] = left;
            }
        }
    }
}
