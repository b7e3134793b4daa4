namespace Granary.Hosting.Auth;

/// <summary>
/// Keys from <c>Granary:Auth:SigningKey</c>: the first signs, all verify. To rotate, put the new secret first, restart the front
/// ends one after another, and remove the old secret once its tokens have expired.
/// </summary>
public sealed class ConfiguredSigningKeys(IReadOnlyList<byte[]> secrets) : ISigningKeyStore
{
    // Oldest first, as in every store.
    private readonly IReadOnlyList<SigningKey> _keys =
        [.. secrets.Reverse().Select((secret, age) => SigningKey.From(secret, DateTimeOffset.UnixEpoch.AddDays(age)))];

    /// <inheritdoc/>
    public bool IsFixed => true;

    /// <inheritdoc/>
    public string Place => "Granary:Auth:SigningKey";

    /// <inheritdoc/>
    public Task<IReadOnlyList<SigningKey>> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(_keys);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SigningKey>> ChangeAsync(
        Func<IReadOnlyList<SigningKey>, IReadOnlyList<SigningKey>> change, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The signing keys are set by Granary:Auth:SigningKey: change them there.");
}
