namespace Granary.Programs.Tests.Crash;

/// <summary>Settings of a product that is killed, unless a test has others.</summary>
internal static class CrashSettings
{
    public static IReadOnlyDictionary<string, string> Defaults { get; } = new Dictionary<string, string>
    {
        ["Granary__RateLimit__PermitsPerSecond"] = "0",
        ["Granary__RateLimit__RegistrationsPerMinute"] = "0",
        ["Granary__Orders__MaxOpenOrdersPerUser"] = "0",
        ["Granary__Orders__MaxOpenUnitsPerUser"] = "0",
        ["Granary__Orders__ReservationGrace"] = "00:00:01",
        ["Granary__Orders__PaymentTimeout"] = "01:00:00",
    };
}
