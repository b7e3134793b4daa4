using System.Diagnostics;
using Granary.Domain.Events;

namespace Granary.Journal;

/// <summary>
/// Traces through the journal. An event remembers the span of the request that caused it (W3C Trace Context, traceparent), and
/// whoever deals with the event, minutes later or on another silo, goes on with that trace: one order, one trace.
/// </summary>
public static class JournalTraces
{
    /// <summary>The name of the source, for exporters.</summary>
    public const string SourceName = "Granary.Journal";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Goes on with the trace of an event, until the span is disposed.</summary>
    /// <param name="name">What is being done, such as <c>webhook deliver</c>.</param>
    /// <param name="kind">Consumer for taking an event in, Client or Producer for passing it on.</param>
    /// <param name="trace">The traceparent that the event carries.</param>
    /// <returns>Null when the event is not traced or nobody listens.</returns>
    public static Activity? Continue(string name, ActivityKind kind, string? trace) =>
        ActivityContext.TryParse(trace, null, isRemote: true, out var parent) ? Source.StartActivity(name, kind, parent) : null;

    /// <summary>Records that a consumer has dealt with events, for those that are traced.</summary>
    /// <param name="consumer">The consumer's name.</param>
    /// <param name="events">What it dealt with, together.</param>
    /// <param name="started">When it began.</param>
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

    /// <summary>The span that an append belongs to, where it is traced.</summary>
    internal static ActivityContext Current => Activity.Current is { Recorded: true } span ? span.Context : default;

    /// <summary>Records an append that has been made durable or has failed. The commit it was part of served others too.</summary>
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
