using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Granary.Api.Http;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Api.BackOffice;

/// <summary>
/// The figures once an interval as server-sent events, for all who follow them: while there is a follower, they are asked for and written as
/// JSON once, and each follower is sent the same bytes. One who reads slowly misses some, and holds up nobody.
/// </summary>
public sealed class StatisticsFeed(IGrainFactory grains, StatisticsOptions options, TimeProvider clock)
{
    // A comment keeps the connection open; the next figures come when they can be read.
    private static readonly byte[] NoFigures = ": the figures cannot be read\n\n"u8.ToArray();

    // The console takes ten seconds without a byte for a lost connection; the interval, and reading the figures, may take longer.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(5);

    private readonly Lock _turn = new();
    private TaskCompletionSource<byte[]> _next = NewTurn();
    private byte[]? _latest;
    private int _followers;
    private bool _isRunning;

    /// <summary>The events from now on. A fault of the reading is that of its followers; those who come again have it tried again.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = Enter();
        try
        {
            while (true)
            {
                var happened = await NextAsync(next, cancellationToken);
                yield return happened;
                if (happened != EventStream.StillHere)
                {
                    lock (_turn)
                    {
                        next = NextTurn();
                    }
                }
            }
        }
        finally
        {
            lock (_turn)
            {
                _followers--;
            }
        }
    }

    private static TaskCompletionSource<byte[]> NewTurn() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Counts a follower.</summary>
    /// <returns>What it gets first: of those who come to others, what the others have.</returns>
    private Task<byte[]> Enter()
    {
        lock (_turn)
        {
            _followers++;
            var next = NextTurn();
            return _latest is { } latest ? Task.FromResult(latest) : next;
        }
    }

    /// <summary>The figures that come next, which are asked for if nobody does; under the lock.</summary>
    private Task<byte[]> NextTurn()
    {
        var next = _next.Task;
        if (!_isRunning)
        {
            _isRunning = true;
            _latest = null;
            _ = RunAsync();
        }

        return next;
    }

    private async Task<byte[]> NextAsync(Task<byte[]> next, CancellationToken cancellationToken)
    {
        try
        {
            return await next.WaitAsync(LongestSilence, clock, cancellationToken);
        }
        catch (TimeoutException) when (!next.IsCompleted)
        {
            return EventStream.StillHere;
        }
    }

    private async Task RunAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(options.Interval, clock);
            do
            {
                var figures = await SampleAsync();
                TaskCompletionSource<byte[]> turn;
                lock (_turn)
                {
                    (turn, _next, _latest) = (_next, NewTurn(), figures);
                }

                turn.SetResult(figures);
                await timer.WaitForNextTickAsync();
            }
            while (GoesOn());
        }
        catch (Exception fault)
        {
            TaskCompletionSource<byte[]> turn;
            lock (_turn)
            {
                (turn, _next, _latest, _isRunning) = (_next, NewTurn(), null, false);
            }

            turn.SetException(fault);
        }
    }

    private bool GoesOn()
    {
        lock (_turn)
        {
            return _isRunning = _followers > 0;
        }
    }

    private async Task<byte[]> SampleAsync()
    {
        try
        {
            var body = StatisticsBody.From(await grains.GetGrain<IStatisticsGrain>(0).Read());
            var json = JsonSerializer.Serialize(body, ApiJson.Options.GetTypeInfo(typeof(StatisticsBody)));
            var id = new DateTimeOffset(body.At).ToUnixTimeMilliseconds();
            return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {id}\nevent: statistics\ndata: {json}\n\n"));
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException or JournalException or OrderIndexUnavailableException)
        {
            return NoFigures;
        }
    }
}
