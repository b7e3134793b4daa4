namespace Granary.Hosting.Auth;

/// <summary>Stores the signing keys across restarts and shares them between processes.</summary>
public interface ISigningKeyStore
{
    /// <summary>Whether the configuration sets the keys, so that the product neither generates nor replaces them.</summary>
    bool IsFixed { get; }

    /// <summary>Where the keys are, for messages to the operator.</summary>
    string Place { get; }

    /// <summary>The keys, oldest first.</summary>
    Task<IReadOnlyList<SigningKey>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the keys with the result of <paramref name="change"/>, one process at a time.</summary>
    /// <returns>The current keys.</returns>
    /// <exception cref="NotSupportedException">The keys are set by configuration.</exception>
    Task<IReadOnlyList<SigningKey>> ChangeAsync(
        Func<IReadOnlyList<SigningKey>, IReadOnlyList<SigningKey>> change, CancellationToken cancellationToken);
}
