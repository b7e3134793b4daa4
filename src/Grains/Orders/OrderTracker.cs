using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Users;
using Granary.Grains.Interfaces.Orders;
using Granary.Journal;
using Granary.Streams;

namespace Granary.Grains.Orders;

/// <summary>
/// Follows orders through the journal feed of this process. A follower holds one flag and the order's state and reads changes
/// from the journal when it is signalled, so thousands of followers, even slow ones, hold no queues.
/// </summary>
public sealed class OrderTracker(IJournal journal, JournalFeed feed) : BackgroundService, IOrderTracker, IJournalObserver
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Followers> _followers = new(StringComparer.Ordinal);

    /// <summary>The current number of followers.</summary>
    public int Count => _followers.Where(entry => JournalStream.KindOf(entry.Key) == StreamKind.Order).Sum(entry => entry.Value.Count);

    /// <inheritdoc/>
    public async IAsyncEnumerable<OrderUpdate?> FollowAsync(
        string orderId, long afterVersion, string follower, TimeSpan heartbeat, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (stream, reader) = (JournalStream.OfOrder(orderId), JournalStream.OfUser(follower));
        var seen = afterVersion;
        var (state, timeline) = (OrderState.Initial(orderId), journal.Timeline);
        var signal = new WakeSignal();
        var woken = false;

        // Subscribe first, then read the past: an event in between is in one of them, or in both.
        Add(stream, signal);
        Add(reader, signal);
        try
        {
            while (true)
            {
                if (timeline != journal.Timeline)
                {
                    // What was read may be lost with a primary of the database.
                    (state, timeline) = (OrderState.Initial(orderId), journal.Timeline);
                }

                var records = await journal.ReadStreamAsync(stream, state.Version, cancellationToken);
                if (state.Version == 0 && (records.Count == 0 || seen > records[^1].Version))
                {
                    // The order has no such version: the reader has it from elsewhere, such as a database that was replaced.
                    seen = 0;
                }

                foreach (var record in records)
                {
                    state = state.Apply(OrderEvent.Codec.Decode(record), record.At);
                    if (record.Version > seen && state.Timeline is [.., var entry] && entry.Version == record.Version)
                    {
                        yield return new OrderUpdate(record.Version, record.Type, record.At, entry.By, state.Status);
                    }
                }

                if (woken && records.Count == 0)
                {
                    // What happened concerns the follower.
                    yield return null;
                }

                if (OrderLifecycle.IsTerminal(state.Status))
                {
                    yield break;
                }

                // The feed may have an event before the user's grain shows it, so the right is asked for once more.
                woken = await signal.WaitAsync(woken && heartbeat > AskAgain ? AskAgain : heartbeat, cancellationToken);
                if (!woken)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return null;
                }
            }
        }
        finally
        {
            Remove(stream, signal);
            Remove(reader, signal);
        }
    }

    /// <inheritdoc/>
    public void OnEvents(JournalPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        if (_followers.IsEmpty)
        {
            return;
        }

        foreach (var record in page.Events)
        {
            // Of a user, what changes the right to follow; the wallet does not.
            if (_followers.TryGetValue(record.Stream, out var followers)
                && (JournalStream.KindOf(record.Stream) != StreamKind.User || UserEvent.IsAboutAccess(record.Type)))
            {
                followers.Wake();
            }
        }
    }

    /// <inheritdoc/>
    public void Nudge()
    {
        // Followers read when an event is signalled and need no nudge.
    }

    /// <inheritdoc/>
    public void Restart(long position) => WakeAll();

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => feed.AttachAsync(this, _ => WakeAll(), stoppingToken);

    /// <summary>Has those read who began to follow before the feed reported events to them.</summary>
    private void WakeAll()
    {
        foreach (var followers in _followers.Values)
        {
            followers.Wake();
        }
    }

    private void Add(string stream, WakeSignal signal)
    {
        while (!_followers.GetOrAdd(stream, static _ => new Followers()).TryAdd(signal))
        {
            // The last follower is just leaving, and the list is being removed.
        }
    }

    private void Remove(string stream, WakeSignal signal)
    {
        if (_followers.TryGetValue(stream, out var followers) && followers.Remove(signal))
        {
            _followers.TryRemove(new KeyValuePair<string, Followers>(stream, followers));
        }
    }

    private sealed class Followers
    {
        private readonly Lock _lock = new();
        private readonly HashSet<WakeSignal> _signals = [];
        private bool _closed;

        public int Count
        {
            get
            {
                lock (_lock)
                {
                    return _signals.Count;
                }
            }
        }

        public bool TryAdd(WakeSignal signal)
        {
            lock (_lock)
            {
                return !_closed && _signals.Add(signal);
            }
        }

        /// <returns>Whether it was the last; then no follower can be added any more.</returns>
        public bool Remove(WakeSignal signal)
        {
            lock (_lock)
            {
                _signals.Remove(signal);
                return _closed = _signals.Count == 0;
            }
        }

        public void Wake()
        {
            lock (_lock)
            {
                foreach (var signal in _signals)
                {
                    signal.Set();
                }
            }
        }
    }
}
