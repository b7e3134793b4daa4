namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>
    /// Creates an API key. The client does not repeat the request: if the response is lost, so is the key; revoke it, and create another.
    /// </summary>
    public Task<ApiKey> CreateApiKeyAsync(NewApiKey key, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, "api-keys", Body(key, ClientJson.Default.NewApiKey), ClientJson.Default.ApiKey,
            repeatable: false, cancellationToken);

    /// <summary>Lists the API keys that are not revoked, oldest first.</summary>
    public IAsyncEnumerable<ApiKey> ListApiKeysAsync(CancellationToken cancellationToken = default) =>
        PagesAsync("api-keys?", ClientJson.Default.ApiKeyPage, cancellationToken);

    /// <summary>Revokes an API key. Revoking it twice is no error.</summary>
    public Task RevokeApiKeyAsync(string id, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Delete, "api-keys/" + Segment(id), cancellationToken);
}
