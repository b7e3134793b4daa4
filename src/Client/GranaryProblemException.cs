namespace Granary.Client;

/// <summary>The API refused a request, with problem details (RFC 9457).</summary>
public sealed class GranaryProblemException(Problem problem)
    : Exception($"{problem.Title} ({problem.Status} {problem.Slug}). {problem.Detail}")
{
    /// <summary>What the API said.</summary>
    public Problem Problem { get; } = problem;
}

/// <summary>Problem details of the API; which members are present depends on the type.</summary>
public sealed record Problem
{
    private const string Prefix = "/problems/";

    /// <summary>The stable type, a path to its documentation.</summary>
    public required string Type { get; init; }

    public string? Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; init; }

    public string? Detail { get; init; }

    /// <summary>What the server's logs know the request by.</summary>
    public string? RequestId { get; init; }

    /// <summary>What is wrong, by field.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    /// <summary>The lines that could not be served.</summary>
    public IReadOnlyList<ProblemLine>? Lines { get; init; }

    /// <summary>The status of what refused.</summary>
    public string? CurrentStatus { get; init; }

    public IReadOnlyList<string>? AllowedActions { get; init; }

    /// <summary>The last segment of <see cref="Type"/>, such as <c>insufficient-stock</c>.</summary>
    public string Slug => Type.StartsWith(Prefix, StringComparison.Ordinal) ? Type[Prefix.Length..] : Type;
}

/// <summary>One line that could not be served.</summary>
public sealed record ProblemLine(string Sku, long? Requested, long? Available);
