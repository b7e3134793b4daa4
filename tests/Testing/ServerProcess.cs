using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Granary.Testing;

/// <summary>
/// A server that a test started: it ends with the test process, however that ends, through the kernel's parent-death signal.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    // Below the ports that the kernel gives to outgoing connections: no connection takes a port before its server listens on it.
    private const int FirstPort = 12_000;
    private const int Ports = 17_000;

    // Suites run side by side, so each test process starts elsewhere in the range.
    private static int _ports = Environment.ProcessId * 199 % Ports;

    private readonly Process _process;
    private readonly List<string> _output = [];

    private ServerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines that the server wrote, for the message of a failed start.</summary>
    public string Output => string.Join('\n', Lines.TakeLast(400));

    /// <summary>Everything that the server wrote.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_output)
            {
                return [.. _output];
            }
        }
    }

    /// <param name="user">
    /// The unprivileged user to run as if the tests run as root, because PostgreSQL refuses root. Null: the tests' user.
    /// </param>
    /// <param name="deathSignal">The signal that the server gets when the test process dies.</param>
    public static ServerProcess Start(string? user, string deathSignal, params IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo("setpriv") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add($"--pdeathsig={deathSignal}");
        foreach (var argument in Identity(user))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var argument in command)
        {
            start.ArgumentList.Add(argument);
        }

        var server = new ServerProcess(new Process { StartInfo = start });
        server._process.OutputDataReceived += (_, line) => server.Remember(line.Data);
        server._process.ErrorDataReceived += (_, line) => server.Remember(line.Data);
        ParentThread.Run(() => server._process.Start());
        server._process.StandardInput.Close();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Runs a command to its end as the given user.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message contains its output.</exception>
    public static async Task RunAsync(string user, params IReadOnlyList<string> command)
    {
        using var process = Start(user, "KILL", command);
        if (await process.EndsAsync() is not 0 and var code)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {code}:\n{process.Output}");
        }
    }

    /// <summary>Waits until it has ended, and returns its exit code.</summary>
    public async Task<int> EndsAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Sends a signal, such as <c>INT</c>, and waits for the end.</summary>
    public async Task EndAsync(string signal)
    {
        await SignalAsync(signal);
        await EndsAsync();
    }

    /// <summary>Sends a signal, unless the server has ended.</summary>
    public async Task SignalAsync(string signal)
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
            await kill.WaitForExitAsync();
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    /// <summary>A TCP port that no process listens on.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + (Interlocked.Increment(ref _ports) % Ports);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // The port is in use; the next one may be free.
            }
        }
    }

    private static string[] Identity(string? user) =>
        user is not null && Environment.IsPrivilegedProcess ? [$"--reuid={user}", $"--regid={user}", "--clear-groups"] : [];

    private void Remember(string? line)
    {
        lock (_output)
        {
            if (line is not null)
            {
                _output.Add(line);
            }
        }
    }

    /// <summary>
    /// The kernel sends the parent-death signal when the forking thread ends, not the process, so servers are started from one
    /// thread that lives as long as the process.
    /// </summary>
    private static class ParentThread
    {
        private static readonly System.Collections.Concurrent.BlockingCollection<Action> Work = [];

        static ParentThread() => new Thread(() =>
        {
            foreach (var action in Work.GetConsumingEnumerable())
            {
                action();
            }
        })
        { IsBackground = true, Name = "servers of tests" }.Start();

        public static void Run(Action action)
        {
            var done = new TaskCompletionSource();
            Work.Add(() =>
            {
                try
                {
                    action();
                    done.SetResult();
                }
                catch (Exception fault)
                {
                    done.SetException(fault);
                }
            });
            done.Task.GetAwaiter().GetResult();
        }
    }
}
