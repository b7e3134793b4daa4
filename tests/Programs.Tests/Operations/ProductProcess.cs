using System.Collections.Concurrent;
using System.Diagnostics;
using Granary.Testing;

namespace Granary.Programs.Tests.Operations;

/// <summary>The product as a separate process, with all its output.</summary>
internal sealed class ProductProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-operations-tests-");
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    private ProductProcess(Uri address, IReadOnlyDictionary<string, string> environment, Uri? besides = null)
    {
        Address = address;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Granary.Api.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = string.Join(';', new[] { address, besides }.OfType<Uri>());
        start.Environment["Granary__DataDirectory"] = _directory.FullName;
        start.Environment["Granary__Silo__Port"] = start.Environment["Granary__Silo__GatewayPort"] = "0";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Uri Address { get; }

    /// <summary>Everything written so far.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Starts it, optionally with a second address, and returns when it is ready.</summary>
    public static async Task<ProductProcess> StartAsync(IReadOnlyDictionary<string, string> environment, Uri? besides = null)
    {
        var product = new ProductProcess(FreeAddress(), environment, besides);
        using var client = new HttpClient { BaseAddress = product.Address };
        await Eventually.HoldsAsync(
            async () =>
            {
                Assert.False(product._process.HasExited, string.Join('\n', product.Lines));
                try
                {
                    using var answer = await client.GetAsync("/health/ready");
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the product is ready",
            TimeSpan.FromMinutes(2));
        return product;
    }

    /// <summary>Starts it with invalid settings and waits for its end.</summary>
    /// <returns>The exit code and the output.</returns>
    public static async Task<(int Code, string Output)> FailAsync(IReadOnlyDictionary<string, string> environment)
    {
        await using var product = new ProductProcess(FreeAddress(), environment);
        await product._process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (product._process.ExitCode, string.Join('\n', product.Lines));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    public static Uri FreeAddress() => new($"http://127.0.0.1:{ProgramProcess.FreePort()}");
}
