using Granary.Grains.Interfaces;
using Granary.Hosting.Telemetry;
using Microsoft.Extensions.Time.Testing;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Granary.Programs.Tests.Operations;

/// <summary>The log while a store or a silo is away.</summary>
public sealed class RepeatedFaultsTests : IDisposable
{
    private static readonly JournalUnavailableException Away = new("The disk is full.");

    private readonly FakeTimeProvider _clock = new();
    private readonly Lines _lines = new();
    private readonly Logger _log;

    public RepeatedFaultsTests() => _log = new LoggerConfiguration().WriteTo.Sink(new RepeatedFaults(_lines, _clock)).CreateLogger();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_fault_of_the_environment_is_logged_once_and_its_repetitions_are_told_as_a_number()
    {
        for (var minute = 0; minute < 2; minute++)
        {
            for (var i = 0; i < 100; i++)
            {
                _log.Warning(Away, "Order {Order} cannot be stored.", i);
            }

            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        // A minute without the fault ends it: the next one is logged in full.
        _clock.Advance(TimeSpan.FromMinutes(1));
        _log.Warning(Away, "Order {Order} cannot be stored.", 1_000);

        Assert.Equal(
            [
                "Order 0 cannot be stored. [JournalUnavailableException]",
                "99 more times within a minute: Order 99 cannot be stored. The disk is full.",
                "100 more times within a minute: Order 99 cannot be stored. The disk is full.",
                "Order 1000 cannot be stored. [JournalUnavailableException]",
            ],
            _lines.Texts);
    }

    [Fact]
    public void Faults_with_another_cause_are_told_apart()
    {
        _log.Warning(new JournalUnavailableException("Away.", new TimeoutException()), "It failed.");
        _log.Warning(new JournalUnavailableException("Away.", new IOException()), "It failed.");

        Assert.Equal(2, _lines.Texts.Count);
    }

    [Fact]
    public void What_is_left_is_told_at_the_end_of_the_process()
    {
        _log.Warning(Away, "It failed.");
        _log.Warning(Away, "It failed.");

        _log.Dispose();

        Assert.Equal(2, _lines.Texts.Count);
        Assert.StartsWith("1 more times", _lines.Texts[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Other_faults_other_messages_and_what_is_no_fault_are_all_logged()
    {
        for (var i = 0; i < 2; i++)
        {
            _log.Error(new InvalidOperationException("a bug"), "A request failed.");
            _log.Warning("Webhook {Webhook} is disabled.", i);
        }

        _log.Warning(Away, "One message.");
        _log.Warning(Away, "Another message.");
        _log.Warning(new TimeoutException(), "One message.");

        Assert.Equal(7, _lines.Texts.Count);
    }

    private sealed class Lines : ILogEventSink
    {
        public List<string> Texts { get; } = [];

        public void Emit(LogEvent logEvent) => Texts.Add(
            logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture).Replace("\"", "", StringComparison.Ordinal)
            + (logEvent.Exception is { } fault ? $" [{fault.GetType().Name}]" : ""));
    }
}
