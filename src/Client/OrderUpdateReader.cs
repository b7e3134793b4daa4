using System.Text.Json;

namespace Granary.Client;

/// <summary>
/// Reads changes of an order from server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), supporting
/// only the part that the API uses: an event's data is one line, and it contains everything that its id and its name say.
/// </summary>
internal sealed class OrderUpdateReader(Stream events, TimeProvider clock) : IDisposable
{
    private const string Data = "data:";

    /// <summary>Three heartbeats of the service: after this time without a line, the connection counts as dead.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(45);

    private readonly StreamReader _lines = new(events);

    /// <summary>The next change; null when the connection has ended, been lost or gone silent.</summary>
    public async Task<OrderUpdate?> NextAsync(CancellationToken cancellationToken)
    {
        string? data = null;
        try
        {
            while (await LineAsync(cancellationToken) is { } line)
            {
                if (line.Length == 0 && data is not null)
                {
                    return JsonSerializer.Deserialize(data, ClientJson.Default.OrderUpdate);
                }

                data = line.StartsWith(Data, StringComparison.Ordinal) ? line[Data.Length..] : data;
            }
        }
        catch (Exception fault) when (Transport.IsLost(fault, cancellationToken))
        {
            // An incomplete event does not count; the next connection delivers it again.
        }

        return null;
    }

    public void Dispose() => _lines.Dispose();

    private async Task<string?> LineAsync(CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(Silence, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            return await _lines.ReadLineAsync(either.Token);
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }
}
