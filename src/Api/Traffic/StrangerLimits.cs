using System.Threading.RateLimiting;
using Granary.Api.Auth;
using Granary.Api.Problems;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Users;

namespace Granary.Api.Traffic;

/// <summary>
/// Limits per network on what costs the server much and callers without a token nothing: searching the catalogue and registering. Callers
/// with a token have the limit of <see cref="RateLimits"/>; for registrations only an administrator's token counts and an
/// API key, because every registration gives a token.
/// </summary>
public sealed class StrangerLimits(ICurrent<RateOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<HttpContext> _searches =
        Buckets(() => options.Value.SearchesPerSecond, TimeSpan.FromSeconds(1), burst: 2);

    private readonly PartitionedRateLimiter<HttpContext> _registrations =
        Buckets(() => options.Value.RegistrationsPerMinute, TimeSpan.FromMinutes(1), burst: 1);

    /// <summary>Refuses a request beyond the limit; after authentication.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var buckets = context.GetEndpoint()?.Metadata.GetMetadata<DearOperation>()?.Kind switch
        {
            DearKind.Search when context.User.Identity is not { IsAuthenticated: true } && IsSearch(context.Request) => _searches,
            DearKind.Registration when !context.User.HasClaim(Caller.RoleClaim, Roles.Admin) && !Caller.IsKey(context.User) => _registrations,
            _ => null,
        };
        if (buckets is null)
        {
            return next(context);
        }

        using var lease = buckets.AttemptAcquire(context);
        return lease.IsAcquired ? next(context) : RefuseAsync(context, lease);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _searches.Dispose();
        _registrations.Dispose();
    }

    private static bool IsSearch(HttpRequest request) => !string.IsNullOrEmpty(request.Query["search"]);

    private static Task RefuseAsync(HttpContext context, RateLimitLease lease)
    {
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        var problem = Problem.Of(ProblemTypes.TooManyRequests, "Too many requests of this kind came from the caller's network.")
            with { RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) };
        return new ProblemResult(problem).ExecuteAsync(context);
    }

    /// <param name="permits">How many permits a network has in a period; 0 for any number.</param>
    /// <param name="burst">How many times that it may use at once.</param>
    private static PartitionedRateLimiter<HttpContext> Buckets(Func<int> permits, TimeSpan period, int burst) =>
        PartitionedRateLimiter.Create<HttpContext, (int Permits, string Network)>(context =>
        {
            (int Permits, string Network) key = (permits(), NetworkOf.Client(context.Connection.RemoteIpAddress));
            return key.Permits == 0 ? RateLimitPartition.GetNoLimiter((Permits: 0, Network: "")) : RateLimitPartition.GetTokenBucketLimiter(key, bucket => new TokenBucketRateLimiterOptions
            {
                TokenLimit = burst * bucket.Permits,
                TokensPerPeriod = 1,

                // Refilled a little at a time, so that one permit does not wait for the end of a minute.
                ReplenishmentPeriod = period / bucket.Permits,
                QueueLimit = 0,
            });
        });
}

/// <summary>An operation with a limit of its own in <see cref="StrangerLimits"/>.</summary>
/// <param name="Kind">Which limit.</param>
public sealed record DearOperation(DearKind Kind);

/// <summary>What costs much.</summary>
public enum DearKind
{
    /// <summary>A search of the catalogue for a text.</summary>
    Search,

    /// <summary>A registration: a password is hashed and a user is kept for good.</summary>
    Registration,
}
