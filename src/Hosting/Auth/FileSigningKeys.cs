using Granary.Hosting.Stores;
using System.Text.Json;

namespace Granary.Hosting.Auth;

/// <summary>Keys in a file of the data directory that only its owner can read (0600).</summary>
public sealed class FileSigningKeys(string dataDirectory) : ISigningKeyStore
{
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(20);

    private readonly string _file = FileIn(dataDirectory);
    private readonly string _lock = Path.Combine(dataDirectory, "signing-keys.lock");

    /// <summary>The file of the keys in a data directory.</summary>
    public static string FileIn(string dataDirectory) => Path.Combine(dataDirectory, "signing-keys.json");

    /// <inheritdoc/>
    public bool IsFixed => false;

    /// <inheritdoc/>
    public string Place => _file;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public async Task<IReadOnlyList<SigningKey>> ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_file))
        {
            return [];
        }

        try
        {
            await using var stream = File.OpenRead(_file);
            var keys = await JsonSerializer.DeserializeAsync<List<SigningKey?>>(stream, cancellationToken: cancellationToken);
            if (keys is { Count: > 0 } && keys.TrueForAll(key => key is { Id.Length: > 0, Secret.Length: >= SigningKey.SecretBytes }))
            {
                return keys!;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new InvalidDataException(
            $"{_file} is damaged. Restore it from a backup; or stop the product and remove it: the next start makes new keys, and every user has to log in again.");
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SigningKey>> ChangeAsync(
        Func<IReadOnlyList<SigningKey>, IReadOnlyList<SigningKey>> change, CancellationToken cancellationToken)
    {
        DataDirectory.Create(dataDirectory);
        await using var exclusive = await LockAsync(cancellationToken);
        var before = await ReadAsync(cancellationToken);
        var after = change(before);
        if (!after.SequenceEqual(before))
        {
            await ReplaceAsync(after, cancellationToken);
        }

        return after;
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return Open(_lock, FileMode.OpenOrCreate);
            }
            catch (IOException) when (File.Exists(_lock))
            {
                // Another process holds the lock file while it changes the keys.
                await Task.Delay(LockRetry, cancellationToken);
            }
        }
    }

    // After a crash the file has the old content or the new one, never a part.
    private async Task ReplaceAsync(IReadOnlyList<SigningKey> keys, CancellationToken cancellationToken)
    {
        var draft = _file + ".new";
        File.Delete(draft);
        await using (var stream = Open(draft, FileMode.CreateNew))
        {
            await JsonSerializer.SerializeAsync(stream, keys, cancellationToken: cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, _file, overwrite: true);
    }

    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
