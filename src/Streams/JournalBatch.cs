using Granary.Domain.Events;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Granary.Streams;

/// <summary>
/// Events of one stream that are delivered together. Its token is the position of the last event, so a token always states a
/// consumer's progress. A batch without events asks the consumer for its position.
/// </summary>
[GenerateSerializer, Immutable, Alias("granary.journal-batch")]
public sealed class JournalBatch(StreamId streamId, long through, IReadOnlyList<JournalRecord> events, SiloAddress reader, int timeline = 0) : IBatchContainer
{
    /// <summary>The key of the request context under which a delivery names the silo that reads the partition.</summary>
    public const string ReaderKey = "granary.reader";

    /// <summary>
    /// The key of the request context under which a delivery without events says up to which position there are none for the consumer.
    /// </summary>
    public const string ThroughKey = "granary.through";

    /// <summary>The key of the request context under which a delivery says on which timeline its events were read.</summary>
    public const string TimelineKey = "granary.timeline";

    [Id(0)] private readonly StreamId _streamId = streamId;
    [Id(1)] private readonly EventSequenceTokenV2 _token = new(through);
    [Id(2)] private readonly IReadOnlyList<JournalRecord> _events = events;
    [NonSerialized] private readonly SiloAddress? _reader = reader;
    [NonSerialized] private readonly int _timeline = timeline;

    /// <inheritdoc/>
    public StreamId StreamId => _streamId;

    /// <inheritdoc/>
    public StreamSequenceToken SequenceToken => _token;

    /// <summary>The events, in position order.</summary>
    public IReadOnlyList<JournalRecord> Events => _events;

    /// <inheritdoc/>
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>()
    {
        foreach (var record in _events)
        {
            yield return Tuple.Create((T)(object)record, (StreamSequenceToken)new EventSequenceTokenV2(record.Position));
        }
    }

    /// <inheritdoc/>
    public bool ImportRequestContext()
    {
        if (_reader is null)
        {
            return false;
        }

        RequestContext.Set(ReaderKey, _reader);
        if (_timeline != 0)
        {
            RequestContext.Set(TimelineKey, _timeline);
        }

        if (_events.Count == 0)
        {
            RequestContext.Set(ThroughKey, _token.SequenceNumber);
        }

        return true;
    }
}
