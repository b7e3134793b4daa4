using System.Diagnostics;
using System.Net;
using Granary.Hosting.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Settings;

/// <summary>
/// An application whose settings tests change, with a directory of files as the kubelet mounts a ConfigMap. It has a collector and so can
/// trace. Its tests are one collection: they change what holds for all.
/// </summary>
public sealed class SettingsApp : IAsyncLifetime
{
    private GranaryApp? _app;

    public GranaryApp App => _app!;

    public ConfigMount Files { get; } = new();

    /// <summary>What holds in the process.</summary>
    public SettingsSnapshot Now => App.Services.GetRequiredService<LiveSettings>().Now;

    public HttpClient Admin() => App.CreateClient(App.AdminToken);

    /// <summary>Changes settings as an administrator does.</summary>
    public async Task Put(params (string Key, object? Value)[] values)
    {
        using var admin = Admin();
        using var answer = await admin.SendJson(HttpMethod.Put, "/settings", new { values = values.ToDictionary(pair => pair.Key, pair => pair.Value) });
        await answer.Expect(HttpStatusCode.OK);
    }

    /// <summary>Empties the table.</summary>
    public async Task Empty()
    {
        using var admin = Admin();
        using var answer = await admin.PostJson("/settings/rollback", new { version = 0 });
        await answer.Expect(HttpStatusCode.OK);
    }

    public async ValueTask InitializeAsync()
    {
        Files.Swap();
        _app = await GranaryApp.StartWith(Faults.AddTo, $"--Granary:Settings:Directory={Files.Path}", "--Granary:Telemetry:TraceRatio=0", "--Granary:LoadShedding:MaxConcurrent=64");
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        Files.Dispose();
    }
}

/// <summary>The tests that change settings: one after another.</summary>
[CollectionDefinition]
public sealed class SettingsCollection : ICollectionFixture<SettingsApp>;

/// <summary>A directory of files, changed as the kubelet changes a ConfigMap that it has mounted.</summary>
public sealed class ConfigMount : IDisposable
{
    private int _mounts;

    public string Path { get; } = Directory.CreateTempSubdirectory("granary-settings-").FullName;

    /// <summary>Replaces all files at once: a new directory, a new link to it under another name, and a rename over the link in force.</summary>
    public void Swap(params (string Name, string Text)[] files)
    {
        var data = System.IO.Path.Combine(Path, "..data");
        var before = Directory.Exists(data) ? new DirectoryInfo(data).ResolveLinkTarget(returnFinalTarget: true) : null;
        var mount = $"..{++_mounts}";
        var directory = Directory.CreateDirectory(System.IO.Path.Combine(Path, mount));
        foreach (var (name, text) in files)
        {
            File.WriteAllText(System.IO.Path.Combine(directory.FullName, name), text);
            var link = System.IO.Path.Combine(Path, name);
            if (new FileInfo(link).LinkTarget is null)
            {
                File.CreateSymbolicLink(link, System.IO.Path.Combine("..data", name));
            }
        }

        var fresh = System.IO.Path.Combine(Path, "..data_tmp");
        Directory.CreateSymbolicLink(fresh, mount);
        // rename(2): .NET would follow a link to a directory.
        using (var rename = Process.Start("mv", ["-T", fresh, data]))
        {
            rename.WaitForExit();
            Assert.Equal(0, rename.ExitCode);
        }

        (before as DirectoryInfo)?.Delete(recursive: true);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
