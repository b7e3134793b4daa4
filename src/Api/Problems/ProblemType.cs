namespace Granary.Api.Problems;

/// <summary>One kind of problem the API answers with, as its documentation page explains it.</summary>
/// <param name="Slug">The stable last segment of its <c>type</c>.</param>
/// <param name="Status">The HTTP status it comes with.</param>
/// <param name="Title">What it is, the same at every occurrence (RFC 9457, section 3.1.3).</param>
/// <param name="Meaning">When it comes.</param>
/// <param name="Remedy">What the caller can do about it.</param>
/// <param name="Members">The extension members it carries, by name.</param>
public sealed record ProblemType(
    string Slug,
    int Status,
    string Title,
    string Meaning,
    string Remedy,
    params IReadOnlyList<string> Members)
{
    /// <summary>The <c>type</c> member: a reference to the documentation page, relative to the API's root.</summary>
    public string Uri { get; } = "/problems/" + Slug;
}
