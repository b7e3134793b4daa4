using System.Net.Sockets;
using Granary.Client;
using NATS.Client.Core;

namespace Granary.FeedToNats;

/// <summary>
/// Copies the feed into a JetStream stream, each event once and in order. It keeps no state of its own: every message carries its
/// event's position, so the last message of the stream says where to continue. After any fault it asks the stream again.
/// </summary>
/// <param name="settings">Where it reads and writes.</param>
/// <param name="log">One line for each start and each fault.</param>
public sealed class Forwarder(Settings settings, TextWriter log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Copies until it is cancelled.</summary>
    /// <exception cref="CannotContinueException">Repeating cannot help: the key is refused, or the position is unknown.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = settings.Granary };
        var granary = new GranaryClient(http);
        granary.UseApiKey(settings.ApiKey);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                // A connection of its own for each attempt: messages that an old one still holds must not follow later.
                await using var nats = new NatsConnection(new NatsOpts { Url = settings.Nats, Name = "granary-feed", RequestTimeout = Patience });
                await nats.ConnectAsync();
                await CopyAsync(granary, new TargetStream(nats, settings), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (GranaryProblemException refused) when (refused.Problem.Status is 400 or 401 or 403)
            {
                throw new CannotContinueException($"Granary refuses: {refused.Message}", refused);
            }
            catch (Exception fault) when (IsTransient(fault))
            {
                // Whether the last message was stored is unknown; the stream knows.
                await log.WriteLineAsync($"{fault.GetType().Name}: {fault.Message} The stream is asked where to continue.");
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether a fault lies in the connections or the servers, so that the next attempt may succeed.</summary>
    private static bool IsTransient(Exception fault) => fault is NatsException or GranaryProblemException or HttpRequestException
        or IOException or SocketException or TimeoutException or OperationCanceledException;

    private async Task CopyAsync(GranaryClient granary, TargetStream target, CancellationToken cancellationToken)
    {
        var position = await target.OpenAsync(cancellationToken);
        await log.WriteLineAsync(position is null ? "Begins with the first event." : $"Continues after position {position}.");
        await foreach (var read in granary.FollowEventsAsync(position, cancellationToken: cancellationToken))
        {
            await target.AddAsync(read, cancellationToken);
        }
    }
}

/// <summary>The program cannot go on, and an operator must see why.</summary>
public sealed class CannotContinueException(string message, Exception? inner = null) : Exception(message, inner);
