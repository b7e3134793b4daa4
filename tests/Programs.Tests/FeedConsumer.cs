using Granary.Client;

namespace Granary.Programs.Tests;

/// <summary>
/// A consumer of the feed that keeps each event with its position. It pages and follows in turn, breaks off anywhere, and continues at
/// any front end. The previous release has no feed: it waits until a front end has.
/// </summary>
internal sealed class FeedConsumer : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly List<(string Position, string Stream, long Version, string Type)> _events = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Random _random = new(7);
    private readonly IReadOnlyList<Uri> _frontEnds;
    private readonly string _password;
    private readonly Task _reading;

    private FeedConsumer(IReadOnlyList<Uri> frontEnds, string password)
    {
        _frontEnds = frontEnds;
        _password = password;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>What it has got so far, in order.</summary>
    public IReadOnlyList<(string Position, string Stream, long Version, string Type)> Events
    {
        get
        {
            lock (_lock)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Whether it has so many events, or has failed.</summary>
    private bool HasGot(int count)
    {
        lock (_lock)
        {
            return _events.Count >= count || _reading.IsFaulted;
        }
    }

    /// <summary>Begins at the first event.</summary>
    /// <param name="password">The administrator's.</param>
    public static FeedConsumer Start(IEnumerable<Uri> frontEnds, string password) => new([.. frontEnds], password);

    /// <summary>Waits until it has as many public events as a journal, and compares them one by one.</summary>
    public async Task HasGotAsync(IReadOnlyList<(string Position, string Stream, long Version, string Type)> expected, TimeSpan? patience = null)
    {
        await Eventually.HoldsAsync(() => HasGot(expected.Count), "the consumer of the feed has every event", patience);
        Assert.Equal(expected, Events.Take(expected.Count));
    }

    /// <summary>
    /// The same for a journal of several databases: every event once, and those of one stream in their order; the databases have no order
    /// between them, and the position that a reader is given is not that of the event alone.
    /// </summary>
    public async Task HasGotInAnyOrderAsync(IReadOnlyList<(string Position, string Stream, long Version, string Type)> expected)
    {
        await Eventually.HoldsAsync(() => HasGot(expected.Count), "the consumer of the feed has every event");
        var got = Events;
        Assert.Equal(
            expected.Select(read => (read.Stream, read.Version, read.Type)).Order(), got.Select(read => (read.Stream, read.Version, read.Type)).Order());
        Assert.All(got.GroupBy(read => read.Stream), stream => Assert.Equal(stream.Select(read => read.Version).Order(), stream.Select(read => read.Version)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ContinueWith(static _ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        var clients = new Dictionary<Uri, GranaryClient>();
        for (var session = 0; !_stop.IsCancellationRequested; session++)
        {
            try
            {
                var frontEnd = _frontEnds[session % _frontEnds.Count];
                if (!clients.TryGetValue(frontEnd, out var granary))
                {
                    // A password costs as much as many requests to check: each front end checks it once.
                    granary = new GranaryClient(new HttpClient { BaseAddress = frontEnd });
                    await granary.LoginAsync("admin", _password, _stop.Token);
                    clients[frontEnd] = granary;
                }

                var events = session % 3 == 0
                    ? granary.ReadEventsAsync(Position, cancellationToken: _stop.Token)
                    : granary.FollowEventsAsync(Position, cancellationToken: _stop.Token);
                await TakeAsync(events, _random.Next(1, 4_000));
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is GranaryProblemException { Problem.Status: 404 or 429 or >= 500 } or HttpRequestException or IOException or OperationCanceledException)
            {
                // The next front end may serve.
            }

            await Task.Delay(Pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private string? Position
    {
        get
        {
            lock (_lock)
            {
                return _events is [.., var last] ? last.Position : null;
            }
        }
    }

    private async Task TakeAsync(IAsyncEnumerable<FeedEvent> events, int most)
    {
        await foreach (var read in events)
        {
            lock (_lock)
            {
                _events.Add((read.Position, read.Stream, read.Version, read.Type));
            }

            if (--most == 0)
            {
                return;
            }
        }
    }
}
