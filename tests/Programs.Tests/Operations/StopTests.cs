using System.Net.Sockets;
using Granary.Api;
using Granary.Api.Auth;
using Granary.Api.Traffic;
using Granary.Domain.Events;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting;
using Granary.Journal;
using Granary.Streams;
using Microsoft.Extensions.DependencyInjection;
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
    public async Task A_body_that_does_not_arrive_and_a_stream_that_stays_open_do_not_hold_up_a_stop()
    {
        var directory = Directory.CreateTempSubdirectory("granary-stop-");
        await using var app = FrontEnd.Build([.. Product.SettingsIn(directory), "--shutdownTimeoutSeconds=3600"]);
        await app.StartAsync(Cancellation);
        await app.Services.GetRequiredService<FirstAdministrator>().Registered;
        var address = new Uri(app.Urls.Single());
        var token = app.Services.GetRequiredService<TokenIssuer>().Issue(UserId.From("admin"), [Roles.Admin]).AccessToken;
        var customer = await Access.Shop(address, token).Customer();
        var order = await customer.Placed((await Access.Shop(address, token).Product(), 1));
        using var http = Access.Client(address, token);
        using var stream = await http.GetAsync($"/orders/{order.Text("id")}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var stuck = new TcpClient();
        await stuck.ConnectAsync(address.Host, address.Port, Cancellation);
        await stuck.GetStream().WriteAsync(
            "POST /auth/token HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"u8.ToArray(), Cancellation);
        await Eventually.HoldsAsync(() => app.Services.GetRequiredService<HeldBodies>().Bytes > 0, "the body is being waited for", cancellation: Cancellation);

        await app.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(2), Cancellation);

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

        public int Timeline => 0;

        public Task AppendAsync(JournalAppend append) => HangAsync<bool>(CancellationToken.None);

        public void Flush()
        {
        }

        public Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation) =>
            HangAsync<IReadOnlyList<JournalRecord>>(cancellation);

        public Task<IReadOnlyList<JournalRecord>> ReadStreamPartAsync(
            string stream, long afterVersion, long throughVersion, IReadOnlyCollection<string> types, CancellationToken cancellation) =>
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

        public void Restart(long position)
        {
        }
    }
}
