using System.Reflection;

namespace Granary.Domain.Tests;

/// <summary>The repository that the tests were built from.</summary>
internal static class SourceFiles
{
    public static string Repository { get; } = typeof(SourceFiles).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "RepositoryRoot").Value!;

    /// <summary>The product's sources and schema by their paths below <c>src</c>, with forward slashes.</summary>
    public static IEnumerable<(string Path, string Text)> OfTheProduct()
    {
        var root = Path.Combine(Repository, "src");
        return Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".sql")
            .Select(file => (Path: Path.GetRelativePath(root, file).Replace('\\', '/'), File: file))
            .Where(file => !file.Path.Contains("/obj/", StringComparison.Ordinal) && !file.Path.Contains("/bin/", StringComparison.Ordinal))
            .Select(file => (file.Path, File.ReadAllText(file.File)));
    }

    public static string Document(string name) => File.ReadAllText(Path.Combine(Repository, "docs", name));
}
