using Granary.Hosting;
using Granary.Programs.Tests.Operations.Commands;

namespace Granary.Programs.Tests.Operations;

/// <summary>A silo that is alone: no other user of the machine can call its grains, and the commands of its own user can.</summary>
public sealed class CommandSocketTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-operations-tests-");

    private string InDirectory => $"--Granary:DataDirectory={_directory.FullName}";

    private string SocketPath => Path.Combine(_directory.FullName, "granary.sock");

    [Fact, System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_silo_that_is_alone_listens_for_HTTP_and_at_a_socket_that_only_its_user_can_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the sockets of a process from /proc.");
        await using var silo = Silo();
        silo.Start();
        await silo.ListensAsync();

        Assert.Equal([silo.Address.Port], PortsOf(silo.ProcessId));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));

        // A product that was killed leaves its socket to the next one.
        await silo.KillAsync();
        Assert.Equal(ExitCodes.Unavailable, (await CommandRun.RunAsync("check-projection", "--grains", InDirectory)).Code);
        silo.Start();
        await silo.ListensAsync();
        Assert.Equal(0, (await CommandRun.RunAsync("check-projection", "--grains", InDirectory)).Code);

        await silo.StopAsync();
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task Where_the_path_is_too_long_for_a_socket_the_product_runs_and_the_command_says_why_it_cannot()
    {
        var deep = _directory.CreateSubdirectory(new string('d', 120));
        await using var product = await Product.StartAsync([$"--Granary:DataDirectory={deep.FullName}"]);

        var refused = await CommandRun.RunAsync("check-projection", "--grains", $"--Granary:DataDirectory={deep.FullName}");

        Assert.Equal(ExitCodes.Configuration, refused.Code);
        Assert.Contains("too long a path for a Unix socket", refused.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private ProgramProcess Silo() => new("Granary.Silo.dll", [new("Granary__DataDirectory", _directory.FullName)]);

    /// <summary>The TCP ports that a process listens on.</summary>
    private static IEnumerable<int> PortsOf(int process)
    {
        var sockets = Directory.GetFiles($"/proc/{process}/fd").Select(file => new FileInfo(file).LinkTarget).OfType<string>().ToHashSet();
        return ((string[])["tcp", "tcp6"]).SelectMany(table => File.ReadLines($"/proc/{process}/net/{table}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(row => row[3] == "0A" && sockets.Contains($"socket:[{row[9]}]"))
            .Select(row => Convert.ToInt32(row[1].Split(':')[1], 16))
            .Distinct();
    }
}
