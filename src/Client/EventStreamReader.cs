using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Granary.Client;

/// <summary>
/// Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), supporting
/// only the part that the API uses: an event's data is one line, and it contains everything that its id and its name say.
/// </summary>
/// <typeparam name="T">What the data of an event holds.</typeparam>
internal sealed class EventStreamReader<T>(Stream events, JsonTypeInfo<T> type, TimeProvider clock) : IDisposable
    where T : class
{
    private const string Data = "data:";
    private const string Id = "id:";

    /// <summary>Three heartbeats of the service: after this time without a line, the connection counts as dead.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(45);

    private readonly StreamReader _lines = new(events);

    /// <summary>The last id that the service told, with an event or without one.</summary>
    public string? LastId { get; private set; }

    /// <summary>The next event; null when the connection has ended, been lost or gone silent.</summary>
    public async Task<T?> NextAsync(CancellationToken cancellationToken)
    {
        string? data = null;
        string? id = null;
        try
        {
            while (await LineAsync(cancellationToken) is { } line)
            {
                if (line.Length == 0)
                {
                    LastId = id ?? LastId;
                    if (data is not null)
                    {
                        return JsonSerializer.Deserialize(data, type);
                    }
                }

                id = line.StartsWith(Id, StringComparison.Ordinal) ? line[Id.Length..].Trim() : id;
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
