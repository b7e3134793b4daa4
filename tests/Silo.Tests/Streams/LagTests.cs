using System.Diagnostics.Metrics;
using Granary.Domain.Events;
using Granary.Streams;
using Granary.Testing;

namespace Granary.Silo.Tests.Streams;

/// <summary>The metrics of consumers that lag behind.</summary>
public sealed class LagTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_lag_of_a_consumer_that_stands_still_grows_and_is_gone_when_it_has_caught_up()
    {
        await using var database = await SqliteStreamDatabase.CreateAsync(Cancellation);
        await using var cluster = await StreamCluster.StartAsync(database);
        var stands = true;
        cluster.Recorder.BeforeTaking = (consumer, record) =>
        {
            if (consumer == RecordingConsumer.Name && record.Version > 3 && Volatile.Read(ref stands))
            {
                throw new TimeoutException("The consumer's own database is away.");
            }
        };
        await cluster.AppendAsync("lag", 0, 10);
        var metrics = cluster.Service<StreamMetrics>();

        double? early = null;
        await UntilAsync(RecordingConsumer.Name, lag => (early = lag) > 0, "one consumer is behind");
        await UntilAsync(RecordingConsumer.Name, lag => lag > early + 0.5, "it is further and further behind");
        await UntilAsync(SecondConsumer.Name, lag => lag == 0, "the other one is not");

        Volatile.Write(ref stands, false);
        await UntilAsync(RecordingConsumer.Name, lag => lag == 0, "it has caught up");
        Assert.Equal(10, cluster.Recorder.DistinctVersionsOf(RecordingConsumer.Name, JournalStream.OfOrder("lag")).Count);

        Task UntilAsync(string consumer, Func<double, bool> condition, string what) => Eventually.HoldsAsync(
            () => Reported(metrics).TryGetValue(consumer, out var lag) && condition(lag), what, cancellation: Cancellation);
    }

    /// <summary>What an exporter would collect now: <c>stream_lag_seconds</c> by consumer.</summary>
    private static Dictionary<string, double> Reported(StreamMetrics metrics)
    {
        var reported = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "stream_lag_seconds" && ReferenceEquals(instrument.Meter.Scope, metrics))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => reported[(string)tags[0].Value!] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return reported;
    }
}
