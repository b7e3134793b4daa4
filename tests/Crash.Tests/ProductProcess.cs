using System.Collections.Concurrent;
using System.Diagnostics;
using Granary.Testing;

namespace Granary.Crash.Tests;

/// <summary>The product as a process of its own, to be killed and started again over the same data.</summary>
internal sealed class ProductProcess : IAsyncDisposable
{
    public const string AdminPassword = "correct-horse-battery-staple";

    private readonly Dictionary<string, string> _environment;
    private readonly ConcurrentQueue<string?> _output = new();
    private Process? _process;

    private ProductProcess(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var port = ProgramProcess.FreePort();
        Address = new Uri($"http://127.0.0.1:{port}");
        _environment = new()
        {
            ["ASPNETCORE_URLS"] = Address.ToString(),
            ["Granary__Silo__Port"] = "0",
            ["Granary__Silo__GatewayPort"] = "0",
            ["Granary__Admin__Password"] = AdminPassword,
            ["Granary__RateLimit__PermitsPerSecond"] = "0",
            ["Granary__Orders__ReservationGrace"] = "00:00:01",
            ["Granary__Orders__PaymentTimeout"] = "01:00:00",
        };
        foreach (var (name, value) in settings)
        {
            _environment[name] = value;
        }
    }

    public Uri Address { get; }

    /// <summary>The number by which the system knows it.</summary>
    public int ProcessId => _process!.Id;

    public static async Task<ProductProcess> StartAsync(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var product = new ProductProcess(settings);
        await product.StartAgainAsync();
        return product;
    }

    /// <summary>Starts the process and returns when it answers.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Granary.Api.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        _output.Clear();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data);
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = Address };
        await Eventually.HoldsAsync(
            async () =>
            {
                Assert.False(_process.HasExited, $"The product ended by itself:\n{string.Join('\n', _output)}");
                try
                {
                    using var answer = await http.GetAsync("/products?limit=1");
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the product answers",
            TimeSpan.FromMinutes(2));
    }

    /// <summary>Ends the process at once, whatever it is doing: SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }
    }
}
