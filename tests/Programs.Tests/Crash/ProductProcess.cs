using System.Net.Http.Json;
using Granary.Testing;

namespace Granary.Programs.Tests.Crash;

/// <summary>The product as a separate process, to be killed and started again over the same data.</summary>
internal sealed class ProductProcess : IAsyncDisposable
{
    public const string AdminPassword = "correct-horse-battery-staple";

    private readonly ProgramProcess _program;

    private ProductProcess(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["Granary__Silo__Port"] = "0",
            ["Granary__Silo__GatewayPort"] = "0",
            ["Granary__Admin__Password"] = AdminPassword,
            ["Granary__RateLimit__PermitsPerSecond"] = "0",
            ["Granary__Orders__ReservationGrace"] = "00:00:01",
            ["Granary__Orders__PaymentTimeout"] = "01:00:00",
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        _program = new ProgramProcess("Granary.Api.dll", environment);
    }

    public Uri Address => _program.Address;

    /// <summary>Its process id.</summary>
    public int ProcessId => _program.ProcessId;

    /// <summary>Starts it over new data and returns when its administrator can log in.</summary>
    public static async Task<ProductProcess> StartAsync(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var product = new ProductProcess(settings);
        await product.StartAgainAsync();
        using var http = new HttpClient { BaseAddress = product.Address };
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await http.PostAsJsonAsync("/auth/token", new { user_name = "admin", password = AdminPassword });
                return answer.IsSuccessStatusCode;
            },
            "the administrator is registered");
        return product;
    }

    /// <summary>Starts the process and returns when it listens.</summary>
    public Task StartAgainAsync()
    {
        _program.Start();
        return _program.ListensAsync();
    }

    /// <summary>Ends the process at once, whatever it is doing: SIGKILL.</summary>
    public Task KillAsync() => _program.KillAsync();

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
