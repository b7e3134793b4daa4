using System.Globalization;
using Granary.Api.Http;
using Granary.Api.Traffic;

namespace Granary.Api.Problems;

/// <summary>Answers with problem details.</summary>
public sealed class ProblemResult(Problem problem) : IResult, IStatusCodeHttpResult, IValueHttpResult, IValueHttpResult<Problem>
{
    /// <summary>The media type of problem details.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>The problem as it will be sent, but for the request's id.</summary>
    public Problem Value { get; } = problem;

    object? IValueHttpResult.Value => Value;

    /// <inheritdoc/>
    public int? StatusCode => Value.Status;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Value.Status;
        if (Value.Type == ProblemTypes.Overloaded.Uri)
        {
            httpContext.Features.Set(Shed.Mark);
        }

        if (Value.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var problem = Value with { RequestId = httpContext.TraceIdentifier };
        return response.WriteAsJsonAsync(problem, ApiJson.Options.GetTypeInfo(typeof(Problem)), MediaType);
    }
}
