namespace Granary.FeedToNats;

/// <summary>Where the program reads and writes.</summary>
/// <param name="Granary">The root of Granary's API.</param>
/// <param name="ApiKey">A key with the scope <c>events:read</c>.</param>
/// <param name="Nats">The NATS server, such as <c>nats://127.0.0.1:4222</c>.</param>
/// <param name="Stream">The JetStream stream, which is created if it is missing.</param>
/// <param name="Prefix">Before the type of an event in its subject.</param>
/// <param name="After">The position to begin after where the stream cannot tell; null for the first event.</param>
public sealed record Settings(Uri Granary, string ApiKey, string Nats, string Stream, string Prefix, string? After)
{
    /// <summary>Reads the settings.</summary>
    /// <param name="read">Returns the value of an environment variable, or null.</param>
    /// <param name="problem">What is missing or wrong.</param>
    public static Settings? FromEnvironment(Func<string, string?> read, out string problem)
    {
        ArgumentNullException.ThrowIfNull(read);
        var isUrl = Uri.TryCreate(read("GRANARY_URL") ?? "http://localhost:5080", UriKind.Absolute, out var granary);
        var key = read("GRANARY_API_KEY");
        problem = !isUrl ? "GRANARY_URL is no URL." : "GRANARY_API_KEY is to be an API key with the scope events:read.";
        return isUrl && !string.IsNullOrEmpty(key)
            ? new Settings(
                granary!, key, read("NATS_URL") ?? "nats://127.0.0.1:4222", read("NATS_STREAM") ?? "GRANARY", read("NATS_PREFIX") ?? "granary", read("FEED_AFTER"))
            : null;
    }
}
