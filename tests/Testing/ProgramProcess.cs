using System.Diagnostics;

namespace Granary.Testing;

/// <summary>
/// A program of the product as a separate process on its own port. It can be killed, frozen and stopped, and started again with
/// the same settings. It ends with the test process.
/// </summary>
public sealed class ProgramProcess : IAsyncDisposable
{
    private const string Urls = "ASPNETCORE_URLS";
    private const string Data = "Granary__DataDirectory";

    private string _assembly;
    private IReadOnlyList<string> _arguments;
    private readonly Dictionary<string, string> _settings;
    private readonly PrivateNetwork? _network;
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("granary-program-");
    private ServerProcess? _process;
    private string _before = "";

    /// <param name="assembly">The file name of the program beside the tests, such as <c>Granary.Silo.dll</c>, or its path.</param>
    /// <param name="settings">Environment variables. It listens on those of <c>ASPNETCORE_URLS</c> besides its own address.</param>
    /// <param name="arguments">Further command-line arguments.</param>
    /// <param name="network">The network to run in; null is the machine's network.</param>
    public ProgramProcess(
        string assembly, IEnumerable<KeyValuePair<string, string>> settings, IReadOnlyList<string>? arguments = null, PrivateNetwork? network = null)
    {
        _assembly = Path.Combine(AppContext.BaseDirectory, assembly);
        _arguments = arguments ?? [];
        _network = network;
        Address = new Uri($"http://{network?.Address ?? "127.0.0.1"}:{FreePort()}");
        _settings = new(settings);
        _settings.TryAdd("DOTNET_gcServer", "0");

        // It keeps the newest timeline of PostgreSQL there. The servers of one test process are copies, so to the next test it would be another's.
        _settings.TryAdd(Data, _data.FullName);
        _settings[Urls] = _settings.TryGetValue(Urls, out var further) ? $"{Address};{further}" : Address.ToString();
    }

    /// <summary>Its HTTP address.</summary>
    public Uri Address { get; }

    /// <summary>Its process id.</summary>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException($"{_assembly} was not started.");

    /// <summary>Whether it is not running.</summary>
    public bool HasExited => _process?.HasExited ?? true;

    /// <summary>The last lines of its output, after those of the process that it replaced.</summary>
    public string Output => _before + _process?.Output;

    /// <summary>Every line of its output since its last start.</summary>
    public IReadOnlyList<string> Lines => _process?.Lines ?? [];

    /// <summary>A free TCP port.</summary>
    public static int FreePort() => ServerProcess.FreePort();

    /// <summary>Makes the next start run another program, with the same settings at the same address.</summary>
    public void Become(string assembly, IReadOnlyList<string> arguments) =>
        (_assembly, _arguments) = (Path.Combine(AppContext.BaseDirectory, assembly), arguments);

    /// <summary>Starts it; returns at once.</summary>
    public void Start()
    {
        _before = _process is null ? "" : _process.Output + "\n-- started again\n";
        _process?.Dispose();
        _process = ServerProcess.Start(
            user: null, "KILL", [.. _network?.Enter ?? [], "env", .. _settings.Select(setting => $"{setting.Key}={setting.Value}"), "dotnet", _assembly, .. _arguments]);
    }

    /// <summary>Returns when it listens for HTTP, which is the last step of its start.</summary>
    /// <exception cref="InvalidOperationException">It ended.</exception>
    /// <exception cref="TimeoutException">It does not; the message has its output.</exception>
    public async Task ListensAsync()
    {
        try
        {
            await Eventually.HoldsAsync(TryConnectAsync, $"{Path.GetFileName(_assembly)} listens");
        }
        catch (TimeoutException fault)
        {
            throw new TimeoutException($"{fault.Message}\n{Output}", fault);
        }
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> EndsAsync() => _process!.EndsAsync();

    /// <summary>Ends it at once, whatever it is doing: SIGKILL.</summary>
    public Task KillAsync() => _process?.EndAsync("KILL") ?? Task.CompletedTask;

    /// <summary>Asks it to stop and waits until it has: SIGTERM.</summary>
    public Task StopAsync() => _process?.EndAsync("TERM") ?? Task.CompletedTask;

    /// <summary>Freezes it: SIGSTOP.</summary>
    public Task FreezeAsync() => _process!.SignalAsync("STOP");

    /// <summary>Resumes a frozen process: SIGCONT.</summary>
    public Task ThawAsync() => _process!.SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        _process = null;
        _data.Refresh();
        if (_data.Exists)
        {
            _data.Delete(recursive: true);
        }
    }

    private async Task<bool> TryConnectAsync()
    {
        if (HasExited)
        {
            throw new InvalidOperationException($"{_assembly} ended by itself:\n{Output}");
        }

        using var client = new System.Net.Sockets.TcpClient();
        try
        {
            await client.ConnectAsync(Address.Host, Address.Port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
