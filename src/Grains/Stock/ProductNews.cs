using Granary.Domain.Events;
using Granary.Grains.Interfaces.Stock;
using Granary.Streams;

namespace Granary.Grains.Stock;

/// <summary>Reports product changes from the journal feed of this process.</summary>
public sealed class ProductNews(JournalFeed feed) : IProductNews
{
    /// <inheritdoc/>
    public async Task<IDisposable> ListenAsync(Action begin, Action<ProductChange> changed, CancellationToken cancellationToken)
    {
        var listener = new Listener(feed, changed);
        var missing = feed.Databases.Count;
        await feed.AttachAsync(
            listener,
            _ =>
            {
                if (--missing == 0)
                {
                    begin();
                }
            },
            cancellationToken);
        return listener;
    }

    private sealed class Listener(JournalFeed feed, Action<ProductChange> changed) : IJournalObserver, IDisposable
    {
        public void OnEvents(JournalPage page)
        {
            foreach (var record in page.Events)
            {
                if (JournalStream.KindOf(record.Stream) == StreamKind.Stock)
                {
                    changed(new ProductChange(JournalStream.KeyOf(record.Stream), record.Version));
                }
            }
        }

        public void Nudge()
        {
            // Nudges are for consumers with a checkpoint; this one has none.
        }

        public void Restart(long position)
        {
            // Copies of versions that were lost live for half a minute at most, and nothing is decided on copies.
        }

        public void Dispose() => feed.Detach(this);
    }
}
