namespace Granary.Hosting.Auth;

/// <summary>Where the signing keys are kept between starts and shared between processes.</summary>
public interface ISigningKeyStore
{
    /// <summary>The keys, oldest first.</summary>
    Task<IReadOnlyList<SigningKey>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the keys by what <paramref name="change"/> makes of them, one process at a time.</summary>
    /// <returns>The keys as they are now.</returns>
    /// <exception cref="NotSupportedException">The keys are set by configuration.</exception>
    Task<IReadOnlyList<SigningKey>> ChangeAsync(
        Func<IReadOnlyList<SigningKey>, IReadOnlyList<SigningKey>> change, CancellationToken cancellationToken);
}
