using Granary.Api;
using Granary.Domain.Events;
using Granary.Hosting;
using Granary.Journal;
using Granary.Streams;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Granary.Programs.Tests.Operations;

/// <summary>A stop at any moment is not a failure.</summary>
public sealed class StopTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_that_is_told_to_stop_while_it_starts_ends_without_an_error()
    {
        var directory = Directory.CreateTempSubdirectory("granary-stop-");
        await using var app = FrontEnd.Build(Product.SettingsIn(directory));
        app.Lifetime.StopApplication();

        await app.RunUntilStoppedAsync();

        Assert.False(app.Lifetime.ApplicationStarted.IsCancellationRequested);
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task No_caller_waits_for_a_feed_that_was_stopped_before_it_knew_the_end_of_the_journal()
    {
        var feed = new JournalFeed(
            new UnreachableJournal(), Options.Create(new StreamSettings()), TimeProvider.System, NullLogger<JournalFeed>.Instance);
        await feed.StartAsync(Cancellation);
        var attached = feed.AttachAsync(new Observer(), _ => { }, Cancellation);

        await feed.StopAsync(Cancellation);

        await Assert.ThrowsAsync<TaskCanceledException>(() => attached.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    /// <summary>A journal whose database does not answer.</summary>
    private sealed class UnreachableJournal : IJournal
    {
        public event Action? Appended
        {
            add { }
            remove { }
        }

        public Task AppendAsync(JournalAppend append) => HangAsync<bool>(CancellationToken.None);

        public void Flush()
        {
        }

        public Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation) =>
            HangAsync<IReadOnlyList<JournalRecord>>(cancellation);

        public Task<ILookup<string, JournalRecord>> ReadStreamsAsync(IReadOnlyCollection<string> streams, CancellationToken cancellation) =>
            HangAsync<ILookup<string, JournalRecord>>(cancellation);

        public Task<IReadOnlyList<JournalRecord>> ReadAllAsync(long afterPosition, int limit, CancellationToken cancellation) =>
            HangAsync<IReadOnlyList<JournalRecord>>(cancellation);

        public Task<long> ReadEndAsync(CancellationToken cancellation) => HangAsync<long>(cancellation);

        private static Task<T> HangAsync<T>(CancellationToken cancellation) => new TaskCompletionSource<T>().Task.WaitAsync(cancellation);
    }

    private sealed class Observer : IJournalObserver
    {
        public void OnEvents(JournalPage page)
        {
        }

        public void Nudge()
        {
        }
    }
}
