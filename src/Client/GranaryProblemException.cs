namespace Granary.Client;

/// <summary>The API refused a request, with problem details (RFC 9457).</summary>
public sealed class GranaryProblemException(Problem problem)
    : Exception($"{problem.Title} ({problem.Status} {problem.Slug}). {problem.Detail}")
{
    /// <summary>The problem details that the API returned.</summary>
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

    /// <summary>The id of the request in the server's logs.</summary>
    public string? RequestId { get; init; }

    /// <summary>The errors by field.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    /// <summary>The lines that have too few units.</summary>
    public IReadOnlyList<ProblemLine>? Lines { get; init; }

    /// <summary>The current status of the resource that refused.</summary>
    public string? CurrentStatus { get; init; }

    public IReadOnlyList<string>? AllowedActions { get; init; }

    /// <summary>The order that has what the request asked for, such as its external reference.</summary>
    public string? OrderId { get; init; }

    /// <summary>The external payment that the problem is about.</summary>
    public string? PaymentId { get; init; }

    /// <summary>Why the provider declined the payment.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>What can be refunded.</summary>
    public Money? Refundable { get; init; }

    /// <summary>The last segment of <see cref="Type"/>, such as <c>insufficient-stock</c>.</summary>
    public string Slug => Type.StartsWith(Prefix, StringComparison.Ordinal) ? Type[Prefix.Length..] : Type;
}

/// <summary>One line that has too few units.</summary>
public sealed record ProblemLine(string Sku, long? Requested, long? Available);
