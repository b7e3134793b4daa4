using System.Globalization;
using System.Text.Json;

namespace Granary.Testing;

/// <summary>A Prometheus server for the tests: data in a temporary directory, a free port on the loopback interface.</summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    private const string User = "prometheus";
    private const string Binary = "/usr/bin/prometheus";

    private readonly string _directory = Directory.CreateTempSubdirectory("granary-prometheus-").FullName;
    private readonly HttpClient _client;
    private readonly int _port = ServerProcess.FreePort();
    private ServerProcess? _process;

    private PrometheusServer() => _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}") };

    /// <summary>Starts a server.</summary>
    /// <param name="configuration">The text of its configuration.</param>
    /// <param name="ruleFiles">Files that the configuration names, copied beside it.</param>
    public static async Task<PrometheusServer> StartAsync(string configuration, params IReadOnlyList<string> ruleFiles)
    {
        if (!File.Exists(Binary))
        {
            throw new InvalidOperationException($"These tests need Prometheus: no {Binary}. ./test.sh installs it (Debian package prometheus).");
        }

        var server = new PrometheusServer();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(server._directory, "prometheus.yml"), configuration);
            foreach (var file in ruleFiles)
            {
                File.Copy(file, Path.Combine(server._directory, Path.GetFileName(file)));
            }

            await server.LaunchAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Evaluates a query now.</summary>
    /// <returns>The values of the resulting series; empty if there are none.</returns>
    /// <exception cref="InvalidOperationException">The query is invalid.</exception>
    public async Task<IReadOnlyList<double>> QueryAsync(string query, CancellationToken cancellation)
    {
        using var json = await GetAsync("/api/v1/query?query=" + Uri.EscapeDataString(query), cancellation);
        return [.. json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
            .Select(series => double.Parse(series.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture))];
    }

    /// <summary>The names of its alerts.</summary>
    public async Task<IReadOnlyList<string>> AlertsAsync(CancellationToken cancellation)
    {
        using var json = await GetAsync("/api/v1/rules", cancellation);
        return [.. json.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray()
            .SelectMany(group => group.GetProperty("rules").EnumerateArray())
            .Select(rule => rule.GetProperty("name").GetString()!)];
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_process is not null)
        {
            await _process.EndAsync("TERM");
            _process.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private async Task LaunchAsync()
    {
        if (Environment.IsPrivilegedProcess)
        {
            await ServerProcess.RunAsync("root", "chown", "-R", User, _directory);
        }

        _process = ServerProcess.Start(
            User,
            "KILL",
            Binary,
            $"--config.file={Path.Combine(_directory, "prometheus.yml")}",
            $"--storage.tsdb.path={Path.Combine(_directory, "data")}",
            $"--web.listen-address=127.0.0.1:{_port}");
        await Eventually.HoldsAsync(
            async () =>
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"Prometheus did not start:\n{_process.Output}");
                }

                try
                {
                    using var answer = await _client.GetAsync("/-/ready");
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "Prometheus is ready");
    }

    private async Task<JsonDocument> GetAsync(string path, CancellationToken cancellation)
    {
        using var answer = await _client.GetAsync(path, cancellation);
        var body = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(body) : throw new InvalidOperationException(body);
    }
}
