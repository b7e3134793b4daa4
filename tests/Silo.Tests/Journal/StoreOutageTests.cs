using Granary.Grains.Interfaces;
using Granary.Journal;
using Granary.Journal.Sqlite;
using Granary.Testing;

namespace Granary.Silo.Tests.Journal;

/// <summary>A store that takes no writes for a time, such as one with a full disk.</summary>
public sealed class StoreOutageTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-store-outage-");
    private readonly JournalMetrics _metrics = new();
    private SqliteJournal _file = null!;
    private FullStore _store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _file = new SqliteJournal(Path.Combine(_directory.FullName, "granary.db"), new JournalStoreOptions());
        await _file.InitializeAsync(Cancellation);
        _store = new FullStore(_file);
    }

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _metrics.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Appends_are_refused_without_the_store_until_a_trial_write_succeeds()
    {
        await using var journal = new GroupCommitJournal(_store, _metrics);
        _store.IsFull = true;
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(Appends.To(Appends.NewStream(), 0)));
        for (var i = 0; i < 50; i++)
        {
            await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(Appends.To(Appends.NewStream(), 0)));
        }

        Assert.Equal(1, _store.Batches);
        Assert.NotNull(journal.Outage);

        _store.IsFull = false;
        await Eventually.HoldsAsync(() => journal.Outage is null, "a trial write ends the outage", cancellation: Cancellation);
        await journal.AppendAsync(Appends.To("order/after", 0));
        Assert.Single(await _store.ReadStreamAsync("order/after", 0, Cancellation));
    }

    [Fact]
    public async Task A_fault_that_has_passed_concerns_its_own_batch_only()
    {
        await using var journal = new GroupCommitJournal(_store, _metrics);
        _store.FailOnce = true;

        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(Appends.To(Appends.NewStream(), 0)));
        await journal.AppendAsync(Appends.To("order/next", 0));

        Assert.Null(journal.Outage);
    }

    [Fact]
    public async Task A_journal_that_closes_during_an_outage_refuses_what_is_left()
    {
        var journal = new GroupCommitJournal(_store, _metrics);
        _store.IsFull = true;
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(Appends.To(Appends.NewStream(), 0)));
        var left = journal.AppendAsync(Appends.To(Appends.NewStream(), 0));

        await journal.DisposeAsync();

        await Assert.ThrowsAsync<JournalUnavailableException>(() => left);
    }

    private sealed class FullStore(IJournalStore inner) : ForwardingStore(inner)
    {
        public bool IsFull { get; set; }

        public bool FailOnce { get; set; }

        public int Batches { get; private set; }

        public override Task AppendBatchAsync(IReadOnlyList<JournalAppend> batch, Exception?[] outcomes)
        {
            Batches++;
            if (IsFull || FailOnce)
            {
                FailOnce = false;
                throw Full();
            }

            return base.AppendBatchAsync(batch, outcomes);
        }

        public override Task TryWriteAsync(bool thorough, CancellationToken cancellation) =>
            IsFull ? throw Full() : base.TryWriteAsync(thorough, cancellation);

        private static JournalUnavailableException Full() => new("The disk is full.");
    }
}
