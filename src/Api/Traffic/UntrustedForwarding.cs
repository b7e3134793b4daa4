using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using IPNetwork = System.Net.IPNetwork;

namespace Granary.Api.Traffic;

/// <summary>
/// Notices a proxy that forwards requests and is not trusted (<c>Granary:TrustedProxies</c>): all callers behind it then count as one
/// network, whose limits they share. Says so once in the log, and in the details of readiness from then on. Only a sender in a private
/// network may be such a proxy: the header of a stranger on the internet is a forgery.
/// </summary>
public sealed partial class UntrustedForwarding(TrafficOptions options, ILogger<UntrustedForwarding> logger) : IHealthCheck
{
    // RFC 1918, RFC 4193, loopback and link-local.
    private static readonly IPNetwork[] Private =
    [
        .. new[] { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "fe80::/10", "::1/128" }
            .Select(IPNetwork.Parse),
    ];

    private string? _sender;

    /// <summary>Looks at a request; comes before the middleware that takes the trusted headers off.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (_sender is null
            && context.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XForwardedForHeaderName)
            && context.Connection.RemoteIpAddress is { } address
            && MayBeProxy(address)
            && Interlocked.CompareExchange(ref _sender, address.ToString(), null) is null)
        {
            NotBelieved(_sender);
        }

        return next(context);
    }

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_sender is { } sender
            ? HealthCheckResult.Degraded(
                $"X-Forwarded-For of {sender} is not believed: it is not in Granary:TrustedProxies, and its callers share one caller's limits.")
            : HealthCheckResult.Healthy());

    private bool MayBeProxy(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Private.Any(network => network.Contains(plain)) && !options.TrustedProxies.Any(network => network.Contains(plain));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "X-Forwarded-For of {Sender} is not believed: it is not in Granary:TrustedProxies. All callers behind it share the limits of one.")]
    private partial void NotBelieved(string sender);
}
