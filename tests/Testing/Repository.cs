namespace Granary.Testing;

/// <summary>Files of the repository that operators use and that tests compare with the programs.</summary>
public static class Repository
{
    private static readonly string Root = Find(AppContext.BaseDirectory);

    /// <summary>The full path of a file or directory of the repository.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>The text of a file of the repository.</summary>
    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    private static string Find(string? directory) =>
        directory is null ? throw new InvalidOperationException("These tests run within the repository: no Orleans.sln above them.")
        : File.Exists(Path.Combine(directory, "Orleans.sln")) ? directory
        : Find(Path.GetDirectoryName(directory));
}
