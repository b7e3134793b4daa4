namespace Granary.Api.Docs;

/// <summary>A header of a request that a route reads, as the document names it.</summary>
public sealed record RequestHeader(string Name, string Description, bool IsRequired = false)
{
    /// <summary>Makes a repeated request safe.</summary>
    public static readonly RequestHeader IdempotencyKey = new(
        Http.IdempotencyKey.Header,
        "1 to 255 visible ASCII characters. A request that is repeated with the same key is carried out once and gets the same answer.");

    /// <summary>Guards a change against a version that the caller has not seen.</summary>
    public static readonly RequestHeader IfMatch = new(
        "If-Match", "Entity tags, or *: answered with 412 unless the current version is among them.");

    /// <summary>Keeps a change from what exists already.</summary>
    public static readonly RequestHeader IfNoneMatch = new(
        "If-None-Match", "Entity tags, or *: answered with 412 if the current version is among them.");

    /// <summary>Saves the caller a body that it has already.</summary>
    public static readonly RequestHeader IfChanged = new(
        "If-None-Match", "Entity tags, or *: answered with 304 if the current version is among them.");
}
