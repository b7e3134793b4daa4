using System.Collections.Immutable;

namespace Granary.Hosting.Auth;

/// <summary>
/// The keys of the platform's own tokens. A new key verifies at once and signs only after every process must have read it; the
/// keys before it verify until the last token they signed has expired. So a rotation invalidates no live token on any front end.
/// </summary>
public sealed class SigningKeyRing(ISigningKeyStore store, AuthOptions options, TimeProvider time)
{
    /// <summary>How often a process reads the keys again: a key that was revoked after a leak verifies for no longer than a second.</summary>
    public static readonly TimeSpan ReloadInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>The age at which a key begins to sign: several reload intervals, so that one reload may fail.</summary>
    public static readonly TimeSpan Propagation = TimeSpan.FromMinutes(2);

    // A key is kept this much longer than a token's lifetime: it signed its last tokens this long after its successor was
    // created.
    private static readonly TimeSpan Overlap = Propagation + Propagation;

    private ImmutableArray<SigningKey> _keys = [];

    /// <summary>Raised when a key has been removed, so that caches drop the tokens that it signed.</summary>
    public event Action? KeyRemoved;

    /// <summary>The key that signs now.</summary>
    /// <exception cref="InvalidOperationException">The keys have not been read yet.</exception>
    public SigningKey Current
    {
        get
        {
            var keys = _keys;
            var propagated = time.GetUtcNow() - Propagation;
            return keys.LastOrDefault(key => key.CreatedAt <= propagated)
                ?? keys.FirstOrDefault()
                ?? throw new InvalidOperationException("The signing keys have not been read yet.");
        }
    }

    /// <summary>The key with this id, or null.</summary>
    public SigningKey? Find(string? id)
    {
        foreach (var key in _keys)
        {
            if (key.Id == id)
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>
    /// Reads the keys; generates the first one, replaces one that is too old, and removes those whose tokens have expired. If the store
    /// has lost its keys, those that this process has read are put back: every user would have to log in again.
    /// </summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var keys = await store.ReadAsync(cancellationToken);
        if (!store.IsFixed && !Maintain(keys).SequenceEqual(keys))
        {
            keys = await store.ChangeAsync(Maintain, cancellationToken);
        }

        Adopt(keys);
    }

    /// <summary>Adds a new key before the current one reaches its maximum age.</summary>
    /// <param name="revokePrevious">Remove all other keys at once: every issued token becomes invalid.</param>
    /// <param name="cancellationToken">Cancels waiting for the store.</param>
    /// <exception cref="NotSupportedException">The keys are set by configuration.</exception>
    /// <returns>The keys that were there before, oldest first.</returns>
    /// <exception cref="NoKeysException">There is no key to revoke; nothing was changed.</exception>
    public async Task<IReadOnlyList<SigningKey>> RotateAsync(bool revokePrevious, CancellationToken cancellationToken)
    {
        IReadOnlyList<SigningKey> previous = [];
        Adopt(await store.ChangeAsync(
            keys =>
            {
                previous = keys;
                return revokePrevious && keys.Count == 0
                    ? throw new NoKeysException($"There is no signing key in {store.Place}, so none was revoked.")
                    : [.. revokePrevious ? [] : keys, SigningKey.Generate(time.GetUtcNow())];
            },
            cancellationToken));
        return previous;
    }

    private IReadOnlyList<SigningKey> Maintain(IReadOnlyList<SigningKey> keys)
    {
        var now = time.GetUtcNow();
        keys = keys.Count == 0 ? _keys : keys;
        var kept = keys.Where((_, i) => i == keys.Count - 1 || now - keys[i + 1].CreatedAt <= options.TokenLifetime + Overlap);
        return keys.Count == 0 || now - keys[^1].CreatedAt > options.KeyLifetime
            ? [.. kept, SigningKey.Generate(now)]
            : [.. kept];
    }

    private void Adopt(IReadOnlyList<SigningKey> keys)
    {
        var before = _keys;
        _keys = [.. keys];
        if (before.Any(key => Find(key.Id) is null))
        {
            KeyRemoved?.Invoke();
        }
    }
}

/// <summary>A store has no keys where there should be some.</summary>
public sealed class NoKeysException(string message) : Exception(message);
