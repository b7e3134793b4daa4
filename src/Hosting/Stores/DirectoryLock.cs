using Granary.Hosting.Settings;

namespace Granary.Hosting.Stores;

/// <summary>
/// Keeps the data directory of the embedded store for one product: two silos over one directory would each decide on a state that the
/// other changes. The kernel gives the lock back when the process ends, however it ends, so there is none to clean up. Commands do not
/// take it: they are made to run beside the product, or ask whether it runs.
/// </summary>
public sealed class DirectoryLock(PlatformSettings settings) : IHostedService, IDisposable
{
    private const string FileName = "granary.lock";

    private FileStream? _file;

    /// <summary>Whether a product runs over the embedded store of these settings; false where the store is not embedded.</summary>
    public static bool IsTaken(PlatformSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        try
        {
            if (settings.Storage == StorageKind.Sqlite)
            {
                using var file = new FileStream(Path.Combine(settings.DataDirectory, FileName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }

            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <exception cref="InvalidConfigurationException">Another product has the directory, or it cannot be written.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            _file = new FileStream(Path.Combine(settings.DataDirectory, FileName), options);
            return Task.CompletedTask;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException(
                SettingKeys.DataDirectory, $"is '{settings.DataDirectory}', which this process cannot have for itself: {fault.Message}");
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
