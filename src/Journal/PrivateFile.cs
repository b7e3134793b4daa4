namespace Granary.Journal;

/// <summary>
/// Files that only their owner can read: the journal holds addresses and password hashes, other files hold secrets.
/// </summary>
public static class PrivateFile
{
    /// <summary>Creates the file with mode 0600 if it does not exist. SQLite gives its side files the same mode.</summary>
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
