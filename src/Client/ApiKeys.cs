namespace Granary.Client;

/// <summary>An API key to create.</summary>
/// <param name="Name">What the shop calls it, such as the machine that uses it.</param>
/// <param name="Scopes">What it may do, such as <c>orders:read</c>.</param>
/// <param name="ExpiresAt">When it ends by itself; null for never.</param>
public sealed record NewApiKey(string Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt = null);

/// <summary>An API key.</summary>
/// <param name="Prefix">How its text begins, to recognise it by.</param>
/// <param name="LastUsedAt">To the minute; null if it was never used.</param>
/// <param name="Key">Its text, only in the answer to its creation.</param>
public sealed record ApiKey(
    string Id,
    string Name,
    string Prefix,
    IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    string? Key)
{
    /// <summary>Omits the key, so that it cannot get into logs.</summary>
    public override string ToString() => $"{nameof(ApiKey)} {Id} {Name}";
}
