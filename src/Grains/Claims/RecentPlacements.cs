using System.Text.Json;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Orders;

namespace Granary.Grains.Claims;

/// <summary>
/// What this process has recently read about orders in the journal: which attempts placed an order, and which orders have decided
/// something since. It saves the check-back of an order that was simply placed, which is nearly every order. If an order is not
/// known here, the participant reads the journal; the memory is bounded by time, so a claim may be asked about unnecessarily but
/// never missed.
/// </summary>
public sealed class RecentPlacements(TimeProvider clock, ICurrent<OrderOptions> options)
{
    /// <summary>
    /// Grace periods that one generation collects for. Two generations are kept, so an event is known for at least one of these
    /// spans: long enough for the check-back that follows a grace period after the claim.
    /// </summary>
    private const double GracesKept = 1.5;

    private static readonly string Placed = OrderEvent.Codec.NameOf<OrderPlaced>();

    private readonly Lock _lock = new();
    private Generation _current = new();
    private Generation _previous = new();
    private long _began = clock.GetTimestamp();

    /// <summary>Takes an event of an order into account.</summary>
    public void Hear(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        lock (_lock)
        {
            Turn();
            if (record.Type == Placed)
            {
                if (AttemptOf(record.Payload.Span) is { } attempt)
                {
                    _current.Accepted.Add(attempt);
                }
            }
            else
            {
                _current.Changed.Add(record.Stream);
            }
        }
    }

    /// <summary>
    /// Whether this attempt is known to have placed the order, with no later event of the order. Then the order is entitled to
    /// everything the attempt has reserved or held.
    /// </summary>
    /// <param name="orderId">The order.</param>
    /// <param name="attempt">The attempt; a random number of 63 bits, unique among the attempts of all orders.</param>
    public bool Stand(string orderId, long attempt)
    {
        lock (_lock)
        {
            if (!_current.Accepted.Contains(attempt) && !_previous.Accepted.Contains(attempt))
            {
                return false;
            }

            var stream = OrderState.StreamOf(orderId);
            return !_current.Changed.Contains(stream) && !_previous.Changed.Contains(stream);
        }
    }

    /// <summary>Forgets everything: what was read may be lost with a primary of the database.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _previous = new Generation();
            _current = new Generation();
            _began = clock.GetTimestamp();
        }
    }

    private void Turn()
    {
        if (clock.GetElapsedTime(_began) > options.Value.ReservationGrace * GracesKept)
        {
            _previous = _current;
            _current = new Generation();
            _began = clock.GetTimestamp();
        }
    }

    /// <summary>The attempt of a placement; deserialising the whole event would cost several times as much.</summary>
    private static long? AttemptOf(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("attempt"u8))
                {
                    return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var attempt) ? attempt : null;
                }
            }
        }
        catch (JsonException)
        {
            // A damaged row: consumers set it aside, and the participants of this attempt ask the order.
        }

        return null;
    }

    private sealed class Generation
    {
        public HashSet<long> Accepted { get; } = [];

        public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);
    }
}
