namespace Granary.Testing;

/// <summary>
/// A separate network for a process (a kernel namespace) with one link to the machine's network. It can lose every packet from
/// and to given TCP ports, like a failing switch. It ends with the test process, and the link with it.
/// </summary>
public sealed class PrivateNetwork : IAsyncDisposable
{
    private const string Wire = "outside";

    private readonly ServerProcess _holder;
    private readonly string _hostWire;
    private readonly List<string[]> _cuts = [];

    private PrivateNetwork(ServerProcess holder)
    {
        _holder = holder;
        _hostWire = $"granary{holder.Id}";

        // 198.18.0.0/15 is for tests of networks (RFC 2544); each link takes four addresses of it.
        var first = holder.Id % (1 << 15) * 4;
        (HostAddress, Address) = ($"198.{18 + (first >> 16)}.{(first >> 8) & 255}.{(first & 255) + 1}", $"198.{18 + (first >> 16)}.{(first >> 8) & 255}.{(first & 255) + 2}");
    }

    /// <summary>The machine's address on the link.</summary>
    public string HostAddress { get; }

    /// <summary>The address of processes in this network.</summary>
    public string Address { get; }

    /// <summary>The command prefix that runs a command in this network.</summary>
    internal IReadOnlyList<string> Enter => ["nsenter", "-t", $"{_holder.Id}", "-n", "--"];

    /// <summary>Creates a network, or returns null if the machine does not allow it.</summary>
    public static async Task<PrivateNetwork?> TryCreateAsync()
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/sbin/ip"))
        {
            return null;
        }

        try
        {
            await ServerProcess.RunAsync("root", "unshare", "--net", "true");
        }
        catch (InvalidOperationException)
        {
            // A container without the capability CAP_SYS_ADMIN.
            return null;
        }

        var network = new PrivateNetwork(ServerProcess.Start(user: null, "KILL", "unshare", "--net", "sleep", "infinity"));
        try
        {
            await network.ConnectAsync();
            return network;
        }
        catch (InvalidOperationException)
        {
            // A kernel without such links, or a container that may not create them.
            await network.DisposeAsync();
            return null;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Silently drops every packet from a TCP port of this network and to TCP ports of the machine.</summary>
    public async Task CutAsync(int from, params IReadOnlyList<int> to)
    {
        _cuts.Add(["sport", $"{from}"]);
        _cuts.AddRange(to.Select(port => (string[])["dport", $"{port}"]));
        foreach (var cut in _cuts)
        {
            await InsideAsync("ip", "rule", "add", "ipproto", "tcp", cut[0], cut[1], "blackhole");
        }
    }

    /// <summary>Stops dropping packets.</summary>
    public async Task MendAsync()
    {
        foreach (var cut in _cuts)
        {
            await InsideAsync("ip", "rule", "del", "ipproto", "tcp", cut[0], cut[1], "blackhole");
        }

        _cuts.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _holder.EndAsync("KILL");
        _holder.Dispose();
    }

    private async Task ConnectAsync()
    {
        var own = new FileInfo("/proc/self/ns/net").LinkTarget;
        await Eventually.HoldsAsync(
            () => new FileInfo($"/proc/{_holder.Id}/ns/net").LinkTarget is { } its && its != own, "the network is there");
        await ServerProcess.RunAsync("root", "ip", "link", "add", _hostWire, "type", "veth", "peer", "name", Wire, "netns", $"{_holder.Id}");
        await ServerProcess.RunAsync("root", "ip", "address", "add", $"{HostAddress}/30", "dev", _hostWire);
        await ServerProcess.RunAsync("root", "ip", "link", "set", _hostWire, "up");
        await InsideAsync("ip", "address", "add", $"{Address}/30", "dev", Wire);
        await InsideAsync("ip", "link", "set", Wire, "up");
        await InsideAsync("ip", "link", "set", "lo", "up");
    }

    private Task InsideAsync(params IReadOnlyList<string> command) => ServerProcess.RunAsync("root", [.. Enter, .. command]);
}
