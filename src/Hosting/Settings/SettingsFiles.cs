using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.FileProviders;

namespace Granary.Hosting.Settings;

/// <summary>
/// A directory with a file for each key. The kubelet mounts a ConfigMap as links through <c>..data</c>, a link to a directory that has the
/// files, and replaces that link to change all files at once. So the files are read in the directory where the link ends: what is read there
/// belongs together, whatever is mounted meanwhile.
/// </summary>
internal static class SettingsFiles
{
    private const string KubernetesLink = "..data";

    // The kubelet removes the directory of the files before once the link is replaced, perhaps in the middle of a reading.
    private const int Attempts = 3;

    /// <summary>Reads all files.</summary>
    public static bool TryRead(string directory, out IReadOnlyDictionary<string, string> files, out string problem)
    {
        problem = "";
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            try
            {
                var root = Path.GetFullPath(directory);
                var link = new DirectoryInfo(Path.Combine(root, KubernetesLink));
                files = Read(link.Exists && link.ResolveLinkTarget(returnFinalTarget: true) is { } mounted ? mounted.FullName : root);
                return true;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                problem = fault.Message;
            }
        }

        files = new Dictionary<string, string>();
        return false;
    }

    private static string KeyOf(string file) => file.Replace("__", ":", StringComparison.Ordinal);

    private static Dictionary<string, string> Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"There is no directory {directory}.");
        }

        if (Directory.EnumerateFiles(directory).Select(file => Path.GetFileName(file)).GroupBy(KeyOf, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(key => key.Count() > 1) is { } twice)
        {
            throw new IOException($"The files {string.Join(" and ", twice.Order(StringComparer.Ordinal))} are one key.");
        }

        using var provider = new PhysicalFileProvider(directory);
        var source = new KeyPerFileConfigurationSource { FileProvider = provider, ReloadOnChange = false };
        return new ConfigurationBuilder().Add(source).Build().AsEnumerable()
            .Where(file => file.Value is { Length: > 0 })
            .ToDictionary(file => file.Key, file => file.Value!, StringComparer.OrdinalIgnoreCase);
    }
}
