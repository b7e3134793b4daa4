using Granary.Client;

namespace Granary.Samples.Integration;

/// <summary>What a machine waits out.</summary>
internal static class Faults
{
    /// <summary>Whether a request that failed may succeed later, although nothing about it changes.</summary>
    public static bool IsPassing(Exception fault, CancellationToken cancellationToken) => fault switch
    {
        GranaryProblemException refusal => refusal.Problem.Status is 429 or >= 500 || refusal.Problem.Slug is "idempotency-in-flight" or "price-moving",
        HttpRequestException or IOException => true,
        TaskCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };
}
