using System.Text.Json;
using Granary.Api.Http;
using Granary.Api.Telemetry;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Reading;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Webhooks;
using Microsoft.AspNetCore.Diagnostics;

namespace Granary.Api.Problems;

/// <summary>Turns exceptions of endpoints and the framework into problem details. The exception itself is only logged.</summary>
public sealed partial class FaultHandler(ILogger<FaultHandler> logger) : IExceptionHandler
{
    // Within seconds, a failed silo is declared dead and a store fails over.
    private const int RetrySeconds = 2;

    // The meaning of these types leaves open whether the request took effect. A request that only reads has no effect.
    private const string UnavailableToReader = "The storage or a part of the cluster cannot be reached. The request only reads and can be repeated.";
    private const string FaultToReader = "The server has a fault. The request only reads and can be repeated.";

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The caller has closed the connection.
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var method = httpContext.Request.Method;
        var problem = ProblemOf(exception, reads: HttpMethods.IsGet(method) || HttpMethods.IsHead(method));
        if (problem.Type == ProblemTypes.Internal.Uri && httpContext.Request.Path.StartsWithSegments(DashboardCookie.Root))
        {
            // Orleans' dashboard throws where an address names no silo, grain or method that it knows.
            problem = Problem.Of(ProblemTypes.NotFound);
        }

        await new ProblemResult(problem).ExecuteAsync(httpContext);
        return true;
    }

    private Problem ProblemOf(Exception exception, bool reads)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                return ProblemOf(bad);
            case SiteIdleException idle:
                return Problem.Of(ProblemTypes.Unavailable, idle.Message) with { RetryAfter = RetrySeconds };
            case PositionNotReachedException late:
                return Problem.Of(ProblemTypes.PositionNotReached, late.Message) with { RetryAfter = RetrySeconds };
            case OverloadedException:
                return Problem.Of(ProblemTypes.Overloaded) with { RetryAfter = RetrySeconds };
            // A message that expires on its way to a silo that does not answer is reported as cancelled; a silo of an earlier
            // release answers with the first when it is asked for a method that it does not have (docs/cluster.md).
            case TypeLoadException or JournalException or CatalogueUnavailableException or OrderIndexUnavailableException or WebhooksUnavailableException
                or ViewUnavailableException or OrleansException or TimeoutException or OperationCanceledException or Polly.ExecutionRejectedException:
                LogUnavailable(exception);
                return Problem.Of(ProblemTypes.Unavailable, reads ? UnavailableToReader : null) with { RetryAfter = RetrySeconds };
            default:
                LogFault(exception);
                return Problem.Of(ProblemTypes.Internal, reads ? FaultToReader : null);
        }
    }

    private static Problem ProblemOf(BadHttpRequestException bad)
    {
        var type = ProblemTypes.ForStatus(bad.StatusCode);
        if (type != ProblemTypes.Validation)
        {
            return Problem.Of(type);
        }

        var (field, message) = bad.InnerException is JsonException json
            ? JsonErrors.Describe(json)
            : ("body", "is missing or could not be read");
        return Problem.Of(type) with { Errors = new Dictionary<string, IReadOnlyList<string>> { [field] = [message] } };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage or a part of the cluster is out of reach")]
    private partial void LogUnavailable(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed")]
    private partial void LogFault(Exception exception);
}
