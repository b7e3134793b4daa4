using Granary.Domain.Events;
using Granary.Streams;
using Orleans.Placement;
using Orleans.Streams;

namespace Granary.Silo.Tests.Streams;

/// <summary>Records all events of orders.</summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Orders), PreferLocalPlacement]
public sealed class RecordingConsumer(ConsumerServices services, Recorder recorder, ILocalSiloDetails silo) : JournalConsumer(services)
{
    public const string Name = "test.recording";

    protected override string Consumer => Name;

    protected override string Namespace => StreamNames.Orders;

    protected override async Task HandleAsync(IReadOnlyList<JournalRecord> events)
    {
        if (recorder.Work is { } work)
        {
            await work(events);
        }

        recorder.Take(Name, silo.Name, events);
    }

    protected override TimeSpan PauseAfter(int events)
    {
        recorder.Pauses.Enqueue(events);
        return TimeSpan.Zero;
    }
}

/// <summary>Another consumer of the same streams.</summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Orders), PreferLocalPlacement]
public sealed class SecondConsumer(ConsumerServices services, Recorder recorder, ILocalSiloDetails silo) : JournalConsumer(services)
{
    public const string Name = "test.second";

    protected override string Consumer => Name;

    protected override string Namespace => StreamNames.Orders;

    protected override Task HandleAsync(IReadOnlyList<JournalRecord> events)
    {
        recorder.Take(Name, silo.Name, events);
        return Task.CompletedTask;
    }
}

/// <summary>A plain Orleans subscriber without a checkpoint: it gets the events after it is attached.</summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Stock)]
public sealed class PlainSubscriber(Recorder recorder, ILocalSiloDetails silo) : Grain, IGrainWithStringKey, IAsyncBatchObserver<JournalRecord>
{
    public const string Name = "test.plain";

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stream = this.GetStreamProvider(StreamNames.Provider).GetStream<JournalRecord>(StreamId.Create(StreamNames.Stock, this.GetPrimaryKeyString()));
        foreach (var handle in await stream.GetAllSubscriptionHandles())
        {
            await handle.ResumeAsync(this);
        }
    }

    public Task OnNextAsync(IList<SequentialItem<JournalRecord>> items)
    {
        recorder.Take(Name, silo.Name, [.. items.Select(item => item.Item)]);
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}
