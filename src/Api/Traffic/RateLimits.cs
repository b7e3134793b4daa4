using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using Granary.Api.Auth;
using Granary.Api.Problems;
using Granary.Api.Settings;
using Granary.Grains.Interfaces.Settings;
using Microsoft.AspNetCore.RateLimiting;

namespace Granary.Api.Traffic;

/// <summary>
/// A token bucket per caller: the user of a valid token or the API key, otherwise the caller's network. It is reported in the fields of
/// draft-ietf-httpapi-ratelimit-headers-10: <c>RateLimit-Policy</c> has the burst as quota and the seconds in which an empty
/// bucket fills as window; <c>RateLimit</c> has the remaining tokens and the seconds until the bucket is full again.
/// When the quota changes, a caller gets a new, full bucket; the one before is forgotten when it is full again.
/// </summary>
public sealed class RateLimits : IDisposable
{
    private const string Policy = "RateLimit-Policy";
    private const string Remaining = "RateLimit";

    private readonly ICurrent<RateOptions> _options;
    private readonly PartitionedRateLimiter<HttpContext> _buckets;
    private readonly ConditionalWeakTable<RateOptions, Quotas> _quotas = [];

    public RateLimits(ICurrent<RateOptions> options)
    {
        _options = options;
        _buckets = PartitionedRateLimiter.Create<HttpContext, (int PermitsPerSecond, long Burst, string Caller)>(PartitionOf);
    }

    /// <summary>Configures the framework's limiter to count by caller and to answer with a problem.</summary>
    public void Configure(RateLimiterOptions limiter)
    {
        limiter.GlobalLimiter = _buckets;
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = OnRejected;
    }

    /// <summary>Adds the remaining quota to the response of an admitted caller.</summary>
    public Task TellAsync(HttpContext context, RequestDelegate next)
    {
        if (QuotaOf(context).PermitsPerSecond > 0 && IsLimited(context))
        {
            Tell(context);
        }

        return next(context);
    }

    /// <inheritdoc/>
    public void Dispose() => _buckets.Dispose();

    private RateLimitPartition<(int PermitsPerSecond, long Burst, string Caller)> PartitionOf(HttpContext context)
    {
        var quota = QuotaOf(context);
        if (quota.PermitsPerSecond == 0)
        {
            return RateLimitPartition.GetNoLimiter((0, 0L, ""));
        }

        var key = Caller.Find(context.User)?.UserId
            ?? NetworkOf.Client(context.Connection.RemoteIpAddress);
        return RateLimitPartition.GetTokenBucketLimiter((quota.PermitsPerSecond, quota.Burst, key), static bucket => new TokenBucketRateLimiterOptions
        {
            TokenLimit = (int)bucket.Burst,
            TokensPerPeriod = bucket.PermitsPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        });
    }

    private Quota QuotaOf(HttpContext context)
    {
        var quotas = _quotas.GetValue(_options.Of(RequestVariant.Of(context)?.Name), static options => new Quotas(options));
        return Caller.IsKey(context.User) ? quotas.Keys : quotas.Users;
    }

    private static bool IsLimited(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<DisableRateLimitingAttribute>() is null;

    private async ValueTask OnRejected(OnRejectedContext rejection, CancellationToken cancellationToken)
    {
        var wait = rejection.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        Tell(rejection.HttpContext);
        var problem = Problem.Of(ProblemTypes.TooManyRequests) with { RetryAfter = (int)Math.Ceiling(wait.TotalSeconds) };
        await new ProblemResult(problem).ExecuteAsync(rejection.HttpContext);
    }

    private void Tell(HttpContext context)
    {
        var remaining = Math.Max(0, _buckets.GetStatistics(context)?.CurrentAvailablePermits ?? 0);
        var quota = QuotaOf(context);
        var headers = context.Response.Headers;
        headers[Policy] = quota.Policy;
        headers[Remaining] = string.Create(
            CultureInfo.InvariantCulture, $"\"caller\";r={remaining};t={quota.SecondsToFill(quota.Burst - remaining)}");
    }

    /// <summary>The quotas of these options.</summary>
    private sealed class Quotas(RateOptions options)
    {
        public Quota Users { get; } = new(options.PermitsPerSecond, options.Burst);

        public Quota Keys { get; } = new(options.KeyPermitsPerSecond, 2 * (long)options.KeyPermitsPerSecond);
    }

    /// <summary>What one caller may send.</summary>
    /// <param name="PermitsPerSecond">For long; 0 for no limit.</param>
    /// <param name="Burst">At once.</param>
    private sealed record Quota(int PermitsPerSecond, long Burst)
    {
        /// <summary>The value of <c>RateLimit-Policy</c>.</summary>
        public string Policy => field ??= string.Create(CultureInfo.InvariantCulture, $"\"caller\";q={Burst};w={SecondsToFill(Burst)}");

        public long SecondsToFill(long permits) => PermitsPerSecond == 0 ? 0 : (permits + PermitsPerSecond - 1) / PermitsPerSecond;
    }
}
