using System.Collections.Concurrent;
using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Granary.Operator;

/// <summary>
/// The objects of one kind, kept up to date: a list, then a watch from where the list was made. A watch that ends goes on from the last
/// event; one that the API server has forgotten (410 Gone) begins with a list again. An event that comes twice or late does no
/// harm: it only makes the operator look, and before a step it reads the objects again.
/// </summary>
internal sealed partial class ResourceWatch<T>(
    string kind,
    Func<CancellationToken, Task<(IEnumerable<T> Items, string Version)>> list,
    Func<string, Action<Exception>, CancellationToken, IAsyncEnumerable<(WatchEventType Type, T Item)>> watch,
    Action changed,
    ILogger logger)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private volatile ConcurrentDictionary<string, T> _items = new();
    private volatile bool _isListed;

    public IReadOnlyCollection<T> Items => [.. _items.Values];

    /// <summary>Whether a list was read. Before, nothing means that nothing is known.</summary>
    public bool IsListed => _isListed;

    /// <summary>Watches until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string? version = null;
        while (true)
        {
            try
            {
                version = await WatchAsync(version ?? await BeginAsync(cancellationToken), cancellationToken);
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                WatchFailed(logger, fault, kind);
                version = null;
            }

            // A server or a proxy may end every watch at once.
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>
    /// Reads all objects again, for a watch that lags behind. <see cref="Items"/> stay as they are: the watch may meanwhile have told what is
    /// later than this answer, and need not repeat it.
    /// </summary>
    public async Task<IReadOnlyCollection<T>> ListAsync(CancellationToken cancellationToken) => [.. (await list(cancellationToken)).Items];

    /// <returns>The version to watch from.</returns>
    private async Task<string> BeginAsync(CancellationToken cancellationToken)
    {
        var (items, version) = await list(cancellationToken);
        _items = new(items.ToDictionary(item => item.Name()));
        _isListed = true;
        changed();
        return version;
    }

    /// <returns>The version to go on from when the watch has ended; null if it is too old.</returns>
    private async Task<string?> WatchAsync(string version, CancellationToken cancellationToken)
    {
        Exception? fault = null;
        try
        {
            await foreach (var (type, item) in watch(version, error => fault = error, cancellationToken))
            {
                version = item.ResourceVersion();
                if (type == WatchEventType.Bookmark)
                {
                    continue;
                }

                if (type == WatchEventType.Deleted)
                {
                    _items.TryRemove(item.Name(), out _);
                }
                else
                {
                    _items[item.Name()] = item;
                }

                changed();
            }
        }
        catch (HttpOperationException gone) when (gone.Response.StatusCode == HttpStatusCode.Gone)
        {
            return null;
        }

        return fault switch
        {
            null => version,
            KubernetesException { Status.Code: (int)HttpStatusCode.Gone } => null,
            _ => throw fault,
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The watch of {Kind} failed; it begins again.")]
    private static partial void WatchFailed(ILogger logger, Exception fault, string kind);
}
