namespace Granary.Journal;

/// <summary>Files that only their owner can read: the journal holds addresses and password hashes, other files secrets.</summary>
public static class PrivateFile
{
    /// <summary>Makes sure that the file exists, with mode 0600 where it is new. SQLite gives its own side files the same mode.</summary>
    /// <returns>The path.</returns>
    public static string At(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (new FileStream(path, options))
        {
            return path;
        }
    }
}
