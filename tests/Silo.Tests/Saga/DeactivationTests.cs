using Granary.Domain.Events;
using Granary.Domain.Stock;
using Granary.Grains.EventSourcing;
using Granary.Journal;
using Orleans;

namespace Granary.Silo.Tests.Saga;

/// <summary>An activation that ends while it writes.</summary>
public sealed class DeactivationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>
    /// The end of the append resumes the caller, the deactivation and the writer in one turn of the activation. A deactivation that
    /// waited for the append instead of the writer found it in flight for ever and occupied the activation and a thread.
    /// </summary>
    [Fact]
    public async Task A_deactivation_ends_with_the_append_in_flight_and_its_caller_is_answered()
    {
        var journal = new HeldJournal();
        var activation = new TaskFactory(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);
        var grain = new Item(journal);
        var answered = activation.StartNew(grain.AdjustAsync, Cancellation).Unwrap();
        var deactivated = activation.StartNew(
            () => grain.OnDeactivateAsync(new DeactivationReason(DeactivationReasonCode.ShuttingDown, ""), CancellationToken.None),
            Cancellation).Unwrap();
        await activation.StartNew(() => { }, Cancellation);
        Assert.False(deactivated.IsCompleted);

        journal.Held.SetResult();

        await deactivated.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        await answered.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    /// <summary>An order whose append would start the commit of a deferred one may itself wait for the end of the activation.</summary>
    [Fact]
    public async Task An_activation_that_ends_defers_no_append()
    {
        var journal = new HeldJournal();
        var activation = new TaskFactory(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);
        var grain = new Item(journal);
        var first = activation.StartNew(grain.AdjustAsync, Cancellation).Unwrap();
        var queued = activation.StartNew(grain.QueueAnotherAsync, Cancellation).Unwrap();
        var deactivated = activation.StartNew(
            () => grain.OnDeactivateAsync(new DeactivationReason(DeactivationReasonCode.ShuttingDown, ""), CancellationToken.None),
            Cancellation).Unwrap();
        await activation.StartNew(() => { }, Cancellation);

        journal.Held.SetResult();

        await Task.WhenAll(first, queued, deactivated).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.Equal([false, false], journal.Appends.Select(append => append.IsDeferred));
    }

    private sealed class Item(IJournal journal) : EventSourcedGrain<StockState, StockEvent>(journal, TimeProvider.System)
    {
        public async Task AdjustAsync()
        {
            await EnsureLoadedAsync();
            Raise([new ProductDefined("", "Tea", null, 100)]);
            await CommitAsync();
        }

        public async Task QueueAnotherAsync()
        {
            Raise([new StockAdjusted("", 1, "delivery", null)]);
            await QueueAsync();
        }
    }

    /// <summary>A journal whose appends end when the test says so.</summary>
    private sealed class HeldJournal : IJournal
    {
        public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<JournalAppend> Appends { get; } = [];

        public event Action? Appended
        {
            add { }
            remove { }
        }

        public int Timeline => 0;

        public Task AppendAsync(JournalAppend append)
        {
            Appends.Add(append);
            return Held.Task;
        }

        public void Flush()
        {
        }

        public Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<JournalRecord>>([]);

        public Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
            string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<ILookup<string, JournalRecord>> ReadStreamsAsync(IReadOnlyCollection<string> streams, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public Task<long> ReadEndAsync(CancellationToken cancellation) => throw new NotSupportedException();
    }
}
