using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Granary.Domain.Tests;

/// <summary>The layers of docs/architecture.md: the drawing, and what project references cannot enforce.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Root = SourceFiles.Repository;

    /// <summary>What may run only outside the pure rules: a host, a store, a clock, chance, a grain.</summary>
    private static readonly string[] ImpureWords =
    [
        "TimeProvider", "UtcNow", "DateTime.Now", "DateTimeOffset.Now", "Stopwatch", "Random.Shared", "new Random",
        "RandomNumberGenerator", "Guid.NewGuid", "IGrainFactory", "GetGrain", "ILogger", "IConfiguration", "DbConnection", "Environment.",
        "Task.Delay", "Task.Run", "Activity.Current",
    ];

    [Fact]
    public async Task The_drawing_of_the_layers_is_what_the_project_references_make()
    {
        using var script = Process.Start(new ProcessStartInfo("bash", [Path.Combine(Root, "docs", "layers.sh"), "--check"])
        {
            RedirectStandardError = true,
        })!;
        var said = await script.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(script.ExitCode == 0, said);
    }

    [Fact]
    public void The_pure_rules_use_no_host_store_clock_chance_or_grain()
    {
        var impure =
            from file in Sources("Domain")
            from word in ImpureWords
            where File.ReadAllText(file).Contains(word, StringComparison.Ordinal)
            select $"{Path.GetRelativePath(Root, file)} uses {word}";
        Assert.Empty(impure);
    }

    [Theory]
    [InlineData("Granary.Domain", "Npgsql", "Microsoft.Data.Sqlite", "Orleans.Runtime", "Microsoft.Extensions.Hosting", "Microsoft.AspNetCore")]
    [InlineData("Granary.Journal", "Orleans.Runtime", "Orleans.Streaming", "Microsoft.Extensions.Hosting", "Microsoft.AspNetCore")]
    public void A_lower_layer_references_no_package_of_a_higher_one(string assembly, params string[] forbidden)
    {
        var references = Assembly.Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name!).ToList();
        Assert.DoesNotContain(references, reference => forbidden.Any(name => reference.StartsWith(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Namespaces_follow_projects_and_folders()
    {
        var wrong =
            from file in Sources("")
            let declared = Namespace().Match(File.ReadAllText(file))
            where declared.Success
            let folder = Path.GetDirectoryName(Path.GetRelativePath(Path.Combine(Root, "src"), file))!
            let expected = "Granary." + folder.Replace(Path.DirectorySeparatorChar, '.')
            where declared.Groups[1].Value != expected
            select $"{Path.GetRelativePath(Root, file)} declares {declared.Groups[1].Value} and not {expected}";
        Assert.Empty(wrong);
    }

    private static IEnumerable<string> Sources(string project) =>
        from file in Directory.EnumerateFiles(Path.Combine(Root, "src", project), "*.cs", SearchOption.AllDirectories)
        let parts = Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar)
        where !parts.Contains("obj") && !parts.Contains("bin")
        select file;

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
