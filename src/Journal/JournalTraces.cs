using System.Diagnostics;
using Granary.Domain.Events;

namespace Granary.Journal;

/// <summary>
/// Traces through the journal. An event stores the span of the request that caused it (W3C Trace Context, traceparent). A
/// consumer that processes the event, minutes later or on another silo, continues that trace: one order, one trace.
/// </summary>
public static class JournalTraces
{
    /// <summary>The name of the source, for exporters.</summary>
    public const string SourceName = "Granary.Journal";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Continues the trace of an event until the span is disposed.</summary>
    /// <param name="name">The operation, such as <c>webhook deliver</c>.</param>
    /// <param name="kind">Consumer for receiving an event, Client or Producer for passing it on.</param>
    /// <param name="trace">The traceparent that the event carries.</param>
    /// <returns>Null when the event is not traced or no listener is registered.</returns>
    public static Activity? Continue(string name, ActivityKind kind, string? trace) =>
        ActivityContext.TryParse(trace, null, isRemote: true, out var parent) ? Source.StartActivity(name, kind, parent) : null;

    /// <summary>Records that a consumer has processed events, for those that are traced.</summary>
    /// <param name="consumer">The consumer's name.</param>
    /// <param name="events">The events that it processed together.</param>
    /// <param name="started">When processing began.</param>
    public static void Consumed(string consumer, IReadOnlyList<JournalRecord> events, DateTimeOffset started)
    {
        if (!Source.HasListeners())
        {
            return;
        }

        foreach (var record in events)
        {
            if (ActivityContext.TryParse(record.Trace, null, isRemote: true, out var parent))
            {
                using var span = Source.StartActivity($"{consumer} {record.Type}", ActivityKind.Consumer, parent, startTime: started);
                span?.SetTag("journal.stream", record.Stream).SetTag("journal.version", record.Version);
            }
        }
    }

    /// <summary>The W3C traceparent of the caller, if its request is sampled: what an event keeps of the trace that caused it.</summary>
    public static string? Caller => Activity.Current is { Recorded: true } span ? span.Id : null;

    /// <summary>The span that an append belongs to, if it is traced.</summary>
    internal static ActivityContext Current => Activity.Current is { Recorded: true } span ? span.Context : default;

    /// <summary>Records an append that has become durable or has failed. Its commit contained other appends too.</summary>
    internal static void Appended(ActivityContext parent, JournalAppend append, DateTimeOffset started, int batchSize, Exception? failure)
    {
        if (parent.TraceId == default)
        {
            return;
        }

        using var span = Source.StartActivity("journal append", ActivityKind.Client, parent, startTime: started);
        span?.SetTag("journal.stream", append.Stream)
            .SetTag("journal.version", append.AfterVersion + append.Events.Count)
            .SetTag("journal.batch_size", batchSize)
            .SetStatus(failure is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error, failure?.Message);
    }
}
