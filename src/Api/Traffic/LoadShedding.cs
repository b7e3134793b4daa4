using System.Threading.RateLimiting;
using Granary.Problems;

namespace Granary.Traffic;

/// <summary>
/// Works on a bounded number of requests at a time, lets a short queue wait and refuses the rest at once: a server that takes
/// on more than it can do answers everybody late, one that sheds answers most of them in time.
/// </summary>
public sealed class LoadShedding(RequestDelegate next, TrafficOptions options) : IDisposable
{
    private const int RetrySeconds = 1;

    private readonly ConcurrencyLimiter _turns = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = Math.Max(1, options.MaxConcurrent),
        QueueLimit = options.MaxQueued,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    public async Task InvokeAsync(HttpContext context)
    {
        if (options.MaxConcurrent == 0 || context.GetEndpoint()?.Metadata.GetMetadata<Unshed>() is not null)
        {
            await next(context);
            return;
        }

        using var turn = await _turns.AcquireAsync(permitCount: 1, context.RequestAborted);
        if (turn.IsAcquired)
        {
            await next(context);
            return;
        }

        await new ProblemResult(Problem.Of(ProblemTypes.Overloaded) with { RetryAfter = RetrySeconds }).ExecuteAsync(context);
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    /// <summary>Marks an endpoint that is never shed.</summary>
    public sealed record Unshed;
}
