using Granary.Hosting.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Programs.Tests.Operations;

public sealed class ReadinessLogTests
{
    [Fact]
    public async Task A_fault_is_logged_once_as_a_warning_and_its_end_is_not_a_warning()
    {
        var (checks, clock, log) = (new Checks(), new FakeTimeProvider(), new Log());
        using var readiness = new Readiness(checks, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), clock, log);

        foreach (var status in (HealthStatus[])[HealthStatus.Healthy, HealthStatus.Unhealthy, HealthStatus.Unhealthy, HealthStatus.Healthy, HealthStatus.Healthy])
        {
            checks.Storage = status;
            clock.Advance(TimeSpan.FromSeconds(2));
            await readiness.AskAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            [(LogLevel.Warning, "Readiness: storage is Unhealthy. It is away. The disk is full."), (LogLevel.Information, "Readiness: storage is healthy again")],
            log.Lines);
    }

    private sealed class Checks : HealthCheckService
    {
        public HealthStatus Storage { get; set; }

        public override Task<HealthReport> CheckHealthAsync(
            Func<HealthCheckRegistration, bool>? predicate, CancellationToken cancellationToken = default)
        {
            var entry = new HealthReportEntry(Storage, Storage == HealthStatus.Healthy ? null : "It is away.", TimeSpan.Zero, new IOException("The disk is full."), null);
            return Task.FromResult(new HealthReport(new Dictionary<string, HealthReportEntry> { ["storage"] = entry }, TimeSpan.Zero));
        }
    }

    private sealed class Log : ILogger<Readiness>
    {
        public List<(LogLevel Level, string Text)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add((logLevel, formatter(state, exception)));
    }
}
