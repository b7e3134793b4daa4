using System.Text;
using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Journal;

namespace Granary.Silo.Tests.Journal;

/// <summary>The contract of journal stores, for every database.</summary>
public abstract class JournalContract : IAsyncLifetime
{
    private readonly List<IJournalStore> _opened = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The store under test, over an empty database.</summary>
    protected IJournalStore Store { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Store = Open();
        await Store.InitializeAsync(Cancellation);
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var store in _opened.OfType<IAsyncDisposable>())
        {
            await store.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Another store over the same database, as in another process.</summary>
    protected IJournalStore Open()
    {
        var store = Create();
        _opened.Add(store);
        return store;
    }

    protected abstract IJournalStore Create();

    [Fact]
    public async Task What_was_appended_is_read_back_to_the_microsecond()
    {
        var stream = Appends.NewStream();
        var at = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.FromHours(2)).AddTicks(1_234_560);
        const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var payload = Encoding.UTF8.GetBytes("""{"name":"Crème brûlée 🍮"}""");

        Assert.Equal([null], await Store.AppendAsync(new JournalAppend(stream, 0, [new JournalEvent("order.placed", payload, at, Trace)])));

        var record = Assert.Single(await Store.ReadStreamAsync(stream, 0, Cancellation));
        Assert.Equal((stream, 1L, "order.placed", at, Trace), (record.Stream, record.Version, record.Type, record.At, record.Trace));
        Assert.Equal(payload, record.Payload.ToArray());
    }

    [Fact]
    public async Task An_append_after_a_version_that_another_writer_has_followed_is_a_conflict()
    {
        var stream = Appends.NewStream();
        await Store.AppendAsync(Appends.To(stream, 0, events: 2));

        var outcomes = await Store.AppendAsync(Appends.To(stream, 1, events: 3));

        Assert.IsType<VersionConflictException>(Assert.Single(outcomes));
        Assert.Equal(2, (await Store.ReadStreamAsync(stream, 0, Cancellation)).Count);
    }

    [Fact]
    public async Task A_part_of_a_stream_is_read_by_versions_and_types()
    {
        var stream = Appends.NewStream();
        await Store.AppendAsync(Appends.To(stream, 0, events: 5));
        await Store.AppendAsync(Appends.To(Appends.NewStream(), 0, events: 5));
        var type = (await Store.ReadStreamAsync(stream, 0, Cancellation))[0].Type;

        Assert.Equal([2L, 3], (await Store.ReadStreamPartAsync(stream, 1, 3, [type, "other"], Cancellation)).Select(record => record.Version));
        Assert.Empty(await Store.ReadStreamPartAsync(stream, 0, 5, ["other"], Cancellation));
        Assert.Empty(await Store.ReadStreamPartAsync(stream, 5, 9, [type], Cancellation));
    }

    [Fact]
    public async Task An_append_that_would_leave_a_gap_is_a_conflict()
    {
        var (stream, absent) = (Appends.NewStream(), Appends.NewStream());
        await Store.AppendAsync(Appends.To(stream, 0, events: 3));

        var outcomes = await Store.AppendAsync(Appends.To(stream, 5, events: 2), Appends.To(absent, 1), Appends.To(Appends.NewStream(), 0));

        Assert.IsType<VersionConflictException>(outcomes[0]);
        Assert.IsType<VersionConflictException>(outcomes[1]);
        Assert.Null(outcomes[2]);
        Assert.Equal([1L, 2, 3], (await Store.ReadStreamAsync(stream, 0, Cancellation)).Select(record => record.Version));
        Assert.Empty(await Store.ReadStreamAsync(absent, 0, Cancellation));
    }

    [Fact]
    public async Task Failing_appends_of_a_batch_leave_the_others_durable()
    {
        var taken = Appends.NewStream();
        await Store.AppendAsync(Appends.To(taken, 0));
        var good = Enumerable.Range(0, 20).Select(_ => Appends.NewStream()).ToArray();
        JournalAppend[] bad =
        [
            Appends.To("order/\0", 0),
            Appends.To("order/\ud800", 0),
            Appends.To(new string('x', 5_000), 0),
            Appends.To("", 0),
            Appends.To(taken, 0),
        ];

        // Failing appends at the ends and in the middle.
        var outcomes = await Store.AppendAsync(
            [bad[0], .. good[..7].Select(stream => Appends.To(stream, 0, events: 2)), bad[1], bad[2], .. good[7..].Select(stream => Appends.To(stream, 0, events: 2)), bad[3], bad[4]]);

        Assert.IsType<JournalAppendException>(outcomes[0]);
        Assert.IsType<JournalAppendException>(outcomes[8]);
        Assert.IsType<JournalAppendException>(outcomes[9]);
        Assert.IsType<JournalAppendException>(outcomes[^2]);
        Assert.IsType<VersionConflictException>(outcomes[^1]);
        Assert.Equal(20, outcomes.Count(outcome => outcome is null));
        Assert.Equal(41, (await Store.ReadAsync(41, page: 1_000, Cancellation)).Count);
        Assert.Equal(40, (await Store.ReadStreamsAsync(good, Cancellation)).Count);
    }

    [Fact]
    public async Task An_append_of_several_events_is_all_or_nothing()
    {
        var (broken, sound) = (Appends.NewStream(), Appends.NewStream());
        var refused = new JournalAppend(broken, 0, [Appends.Event("{}"), Appends.Event("{}"), Appends.Event("{}", type: "")]);

        var outcomes = await Store.AppendAsync(refused, Appends.To(sound, 0, events: 3));

        Assert.IsType<JournalAppendException>(outcomes[0]);
        Assert.Null(outcomes[1]);
        Assert.Empty(await Store.ReadStreamAsync(broken, 0, Cancellation));
        Assert.Equal(3, (await Store.ReadStreamAsync(sound, 0, Cancellation)).Count);
    }

    [Fact]
    public async Task The_tail_of_a_stream_is_read_after_a_version()
    {
        var stream = Appends.NewStream();
        await Store.AppendAsync(Appends.To(stream, 0, events: 5));
        await Store.AppendAsync(Appends.To(stream, 5, events: 5));

        var tail = await Open().ReadStreamAsync(stream, 7, Cancellation);

        Assert.Equal([8L, 9, 10], tail.Select(record => record.Version));
        Assert.Equal("""{"number":8}""", Encoding.UTF8.GetString(tail[0].Payload.Span));
        Assert.Empty(await Store.ReadStreamAsync(stream, 10, Cancellation));
        Assert.Empty(await Store.ReadStreamAsync(Appends.NewStream(), 0, Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_trial_write_leaves_everything_as_it_is(bool thorough)
    {
        await Store.AppendAsync(Appends.To("order/before", 0));
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Open().TryWriteAsync(thorough, Cancellation)));

        await Store.AppendAsync(Appends.To("order/after", 0));

        var all = await Store.ReadAsync(2, page: 10, Cancellation);
        Assert.Equal(["order/before", "order/after"], all.Select(record => record.Stream));
        Assert.Empty(await Store.ReadStreamAsync("trial", 0, Cancellation));
    }

    [Fact]
    public async Task Events_of_one_type_are_read_in_the_order_of_the_journal()
    {
        foreach (var (stream, type) in ((string, string)[])[("order/a", "order.placed"), ("order/b", "order.paid"), ("order/c", "order.placed"), ("order/d", "order.placed")])
        {
            Assert.All(await Store.AppendAsync(new JournalAppend(stream, 0, [Appends.Event("{}", type)])), Assert.Null);
        }

        var first = await Store.ReadTypeAsync("order.placed", 0, 2, Cancellation);
        var rest = await Store.ReadTypeAsync("order.placed", first[^1].Position, 2, Cancellation);

        Assert.Equal(["order/a", "order/c"], first.Select(record => record.Stream));
        Assert.Equal(["order/d"], rest.Select(record => record.Stream));
    }

    [Fact]
    public async Task Ten_thousand_concurrent_appends_over_many_streams_share_few_commits()
    {
        var counting = new CountingStore(Store);
        using var metrics = new JournalMetrics();
        await using var journal = new GroupCommitJournal(counting, metrics);
        var streams = Enumerable.Range(0, 10_000).Select(i => $"order/{i:d5}").ToArray();

        await Parallel.ForEachAsync(
            streams,
            new ParallelOptions { MaxDegreeOfParallelism = 2_000, CancellationToken = Cancellation },
            async (stream, _) => await journal.AppendAsync(Appends.To(stream, 0)));

        var all = await Store.ReadAsync(streams.Length, page: 3_000, Cancellation);
        Assert.Equal(streams, all.Select(record => record.Stream).Order(StringComparer.Ordinal));
        Assert.Equal(all.Select(record => record.Position).Order(), all.Select(record => record.Position));
        Assert.InRange(counting.Commits, 1, 2_000);
    }

    [Fact]
    public async Task Concurrent_appends_to_one_stream_follow_each_other()
    {
        using var metrics = new JournalMetrics();
        await using var journal = new GroupCommitJournal(Store, metrics);
        var stream = Appends.NewStream("stock");

        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => journal.AppendAsync(Appends.To(stream, i * 20, events: 20))));

        var records = await Store.ReadStreamAsync(stream, 0, Cancellation);
        Assert.Equal(Enumerable.Range(1, 10_000).Select(version => (long)version), records.Select(record => record.Version));
        Assert.Equal(records.Select(record => record.Position).Order(), records.Select(record => record.Position));
    }

    [Fact]
    public async Task Of_two_writers_at_one_version_exactly_one_wins()
    {
        var stream = Appends.NewStream();
        IJournalStore[] writers = [Store, Open()];
        for (var version = 0; version < 100; version++)
        {
            var outcomes = await Task.WhenAll(writers.Select(writer => Task.Run(() => writer.AppendAsync(Appends.To(stream, version)), Cancellation)));

            Assert.Single(outcomes, outcome => outcome[0] is null);
            Assert.Single(outcomes, outcome => outcome[0] is VersionConflictException);
        }

        Assert.Equal(100, (await Store.ReadStreamAsync(stream, 0, Cancellation)).Count);
    }

    [Fact]
    public async Task A_failing_append_does_not_affect_the_others_of_its_commit()
    {
        var gate = new TaskCompletionSource();
        using var metrics = new JournalMetrics();
        await using var journal = new GroupCommitJournal(new GatedStore(Store, gate.Task), metrics);
        var opener = journal.AppendAsync(Appends.To(Appends.NewStream(), 0));
        var refused = journal.AppendAsync(Appends.To("order/\0", 0));
        var lone = journal.AppendAsync(Appends.To(Appends.NewStream(), 0));

        gate.SetResult();

        await opener;
        await lone;
        await Assert.ThrowsAsync<JournalAppendException>(() => refused);
    }

    [Fact]
    public async Task An_append_is_durable_with_the_append_that_it_requires_or_not_at_all()
    {
        var taken = Appends.To(Appends.NewStream("stock"), 0);
        await Store.AppendAsync(taken);
        var sound = Appends.To(Appends.NewStream("stock"), 0);
        var follower = Appends.To(Appends.NewStream(), 0, events: 2).Requiring(sound);
        var orphan = Appends.To(Appends.NewStream(), 0).Requiring(sound, taken);
        var orphansFollower = Appends.To(Appends.NewStream(), 0).Requiring(orphan);
        var bystander = Appends.To(Appends.NewStream(), 0);

        var outcomes = await Store.AppendAsync(sound, taken, follower, orphan, orphansFollower, bystander);

        Assert.IsType<VersionConflictException>(outcomes[1]);
        Assert.Same(outcomes[1], Assert.IsType<RequirementFailedException>(outcomes[3]).InnerException);
        Assert.Same(outcomes[3], Assert.IsType<RequirementFailedException>(outcomes[4]).InnerException);
        Assert.Equal([true, false, true, false, false, true], outcomes.Select(outcome => outcome is null));
        var written = await Store.ReadStreamsAsync([follower.Stream, orphan.Stream, orphansFollower.Stream, bystander.Stream], Cancellation);
        Assert.Equal([follower.Stream, follower.Stream, bystander.Stream], written.Select(record => record.Stream).OrderBy(stream => stream != follower.Stream));
    }

    [Fact]
    public async Task An_append_that_requires_one_that_would_leave_a_gap_is_not_durable()
    {
        var gap = Appends.To(Appends.NewStream("stock"), 5);
        var order = Appends.To(Appends.NewStream(), 0).Requiring(gap);
        var bystander = Appends.To(Appends.NewStream(), 0);

        var outcomes = await Store.AppendAsync(gap, order, bystander);

        Assert.IsType<VersionConflictException>(outcomes[0]);
        Assert.Same(outcomes[0], Assert.IsType<RequirementFailedException>(outcomes[1]).InnerException);
        Assert.Null(outcomes[2]);
        Assert.Empty(await Store.ReadStreamAsync(order.Stream, 0, Cancellation));
        Assert.Single(await Store.ReadStreamAsync(bystander.Stream, 0, Cancellation));
    }

    [Fact]
    public async Task A_later_failure_in_the_stream_of_a_durable_required_append_does_not_matter()
    {
        var first = Appends.To(Appends.NewStream("stock"), 0);
        await Store.AppendAsync(first);
        var order = Appends.To(Appends.NewStream(), 0) with { Requires = [new Requirement(first.Stream, Task.CompletedTask)] };

        var outcomes = await Store.AppendAsync(Appends.To(first.Stream, 5), order);

        Assert.IsType<VersionConflictException>(outcomes[0]);
        Assert.Null(outcomes[1]);
    }

    [Fact]
    public async Task A_deferred_append_shares_the_commit_of_the_one_that_requires_it()
    {
        var counting = new CountingStore(Store);
        using var metrics = new JournalMetrics();
        await using var journal = new GroupCommitJournal(counting, metrics);
        var stock = Appends.To(Appends.NewStream("stock"), 0) with { IsDeferred = true };
        var reserved = journal.AppendAsync(stock);
        await journal.AppendAsync(Appends.To(Appends.NewStream(), 0) with { Requires = [new Requirement(stock.Stream, reserved)] });

        await reserved;

        Assert.Equal(1, counting.Commits);
    }

    [Fact]
    public async Task A_deferred_append_is_committed_on_a_flush_or_when_the_journal_closes()
    {
        using var metrics = new JournalMetrics();
        var journal = new GroupCommitJournal(Store, metrics);
        var asked = journal.AppendAsync(Appends.To(Appends.NewStream(), 0) with { IsDeferred = true });
        journal.Flush();
        await asked;

        var last = journal.AppendAsync(Appends.To(Appends.NewStream(), 0) with { IsDeferred = true });
        await journal.DisposeAsync();

        await last;
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(Appends.To(Appends.NewStream(), 0)));
    }

    [Fact]
    public async Task An_append_that_requires_a_failed_or_unknown_append_is_not_tried()
    {
        using var metrics = new JournalMetrics();
        await using var journal = new GroupCommitJournal(Store, metrics);
        var lost = Appends.To(Appends.NewStream("stock"), 7);
        var outcome = journal.AppendAsync(lost);
        var conflict = await Assert.ThrowsAsync<VersionConflictException>(() => outcome);
        var late = Appends.To(Appends.NewStream(), 0) with { Requires = [new Requirement(lost.Stream, outcome)] };
        var premature = Appends.To(Appends.NewStream(), 0).Requiring(Appends.To(Appends.NewStream("stock"), 0));

        var failure = await Assert.ThrowsAsync<RequirementFailedException>(() => journal.AppendAsync(late));
        await Assert.ThrowsAsync<RequirementFailedException>(() => journal.AppendAsync(premature));

        Assert.Same(conflict, failure.InnerException);
        Assert.Empty(await Store.ReadStreamsAsync([late.Stream, premature.Stream], Cancellation));
        await journal.AppendAsync(Appends.To(late.Stream, 0));
    }

    [Fact]
    public async Task Stores_that_initialise_concurrently_create_the_schema_once()
    {
        await using var fresh = await OpenEmptyAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => fresh.Open().InitializeAsync(Cancellation), Cancellation)));
        await Store.InitializeAsync(Cancellation);

        var (first, second) = (fresh.Open(), fresh.Open());
        Assert.Equal([null], await first.AppendAsync(Appends.To("order/a", 0)));
        Assert.Single(await second.ReadStreamAsync("order/a", 0, Cancellation));
    }

    /// <summary>A database without a schema.</summary>
    protected abstract Task<EmptyDatabase> OpenEmptyAsync();
}
