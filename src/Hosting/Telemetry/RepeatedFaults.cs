using System.Data.Common;
using System.Globalization;
using System.Security.Authentication;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Streams.Views;
using Microsoft.Data.Sqlite;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Granary.Hosting.Telemetry;

/// <summary>
/// Logs a fault of a store or of the cluster once. During an outage every request and every timer meets the same fault: repetitions are
/// counted, and once a minute the log tells how many there were, until a minute without any. Faults that are not of the environment
/// are all logged: each may have a cause of its own.
/// </summary>
internal sealed class RepeatedFaults : ILogEventSink, IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private static readonly MessageTemplate Summary = new MessageTemplateParser().Parse("{Count} more times within a minute: {Text} {Fault}");

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Message, string Fault), Repetition> _known = [];
    private readonly ILogEventSink _inner;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;

    public RepeatedFaults(ILogEventSink inner, TimeProvider clock)
    {
        _inner = inner;
        _clock = clock;
        _timer = clock.CreateTimer(_ => Tell(), null, Period, Period);
    }

    public void Emit(LogEvent logEvent)
    {
        if (logEvent.Exception is not { } fault || !IsOfEnvironment(fault) || IsFirst(logEvent, fault))
        {
            _inner.Emit(logEvent);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Tell();
        (_inner as IDisposable)?.Dispose();
    }

    private bool IsFirst(LogEvent logEvent, Exception fault)
    {
        var key = (logEvent.MessageTemplate.Text, KindOf(fault.GetBaseException()));
        lock (_lock)
        {
            if (_known.TryGetValue(key, out var known))
            {
                known.Count++;
                known.Last = logEvent;
                return false;
            }

            _known[key] = new Repetition();
            return true;
        }
    }

    /// <summary>Tells the repetitions since the last time, and forgets the faults that were not repeated.</summary>
    private void Tell()
    {
        var summaries = new List<LogEvent>();
        lock (_lock)
        {
            foreach (var (key, known) in _known)
            {
                if (known.Last is { } last)
                {
                    summaries.Add(Summarize(last, known.Count));
                    (known.Count, known.Last) = (0, null);
                }
                else
                {
                    _known.Remove(key);
                }
            }
        }

        summaries.ForEach(_inner.Emit);
    }

    private LogEvent Summarize(LogEvent last, int count)
    {
        List<LogEventProperty> properties =
        [
            new("Count", new ScalarValue(count)),
            new("Text", new ScalarValue(last.RenderMessage(CultureInfo.InvariantCulture))),
            new("Fault", new ScalarValue(last.Exception!.Message)),
        ];
        if (last.Properties.TryGetValue(Constants.SourceContextPropertyName, out var source))
        {
            properties.Add(new LogEventProperty(Constants.SourceContextPropertyName, source));
        }

        return new LogEvent(_clock.GetUtcNow(), last.Level, exception: null, Summary, properties);
    }

    /// <summary>The type of a fault, with the database's code: a full disk and a server that is away are two.</summary>
    private static string KindOf(Exception fault) => fault switch
    {
        SqliteException sqlite => $"{fault.GetType().Name} {sqlite.SqliteErrorCode}",
        DbException database => $"{fault.GetType().Name} {database.SqlState}",
        _ => fault.GetType().Name,
    };

    private static bool IsOfEnvironment(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is JournalException or CatalogueUnavailableException or OrderIndexUnavailableException or WebhooksUnavailableException
                or ViewUnavailableException or OrleansException or AuthenticationException || Outage.Is(cause))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The repetitions of a fault that have not been told yet.</summary>
    private sealed class Repetition
    {
        public int Count { get; set; }

        public LogEvent? Last { get; set; }
    }
}
