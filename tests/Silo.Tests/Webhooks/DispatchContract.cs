using System.Data.Common;
using Granary.Domain.Webhooks;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Grains.Webhooks;
using Granary.Streams.Views;
using Granary.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Silo.Tests.Webhooks;

/// <summary>What receivers of webhooks can rely on, for every database.</summary>
public abstract class DispatchContract : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private IViewDatabase _database = null!;
    private Receiver _receiver = null!;
    private Postroom _postroom = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract Task<IViewDatabase> CreateDatabaseAsync();

    protected abstract Task RemoveDatabaseAsync();

    /// <summary>The database's query plan of a statement, as text.</summary>
    protected abstract Task<string> PlanAsync(DbConnection connection, DbCommand command);

    public async ValueTask InitializeAsync()
    {
        _database = await CreateDatabaseAsync();
        _receiver = await Receiver.StartAsync();
        _postroom = new Postroom(_database, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _postroom.DisposeAsync();
        await _receiver.DisposeAsync();
        await RemoveDatabaseAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_message_arrives_signed_and_the_log_says_so()
    {
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a");

        await _postroom.SendAsync();

        var message = Assert.Single(_receiver.Messages);
        Assert.True(message.IsSignedWith(endpoint.Secret));
        Assert.False(message.IsSignedWith(WebhookSecret.Of(Guid.NewGuid().ToByteArray())));
        Assert.Equal(("""{"order":"a","version":1}""", _clock.GetUtcNow()), (message.Text, message.SentAt));
        var delivery = Assert.Single(await _postroom.LogOfAsync(endpoint));
        Assert.Equal(
            (message.Id, "order.placed", "a", 1, DeliveryStatus.Delivered, 1, 204, null, null),
            (delivery.Id, delivery.Type, delivery.OrderId, delivery.Version, delivery.Status, delivery.Attempts, delivery.StatusCode, delivery.Error, delivery.NextAttemptAt));
        Assert.NotNull(delivery.Duration);
    }

    [Fact]
    public async Task An_event_that_is_delivered_twice_is_sent_once_and_only_to_its_subscribers()
    {
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);

        Assert.Equal(2, await _postroom.EnterAsync("a", count: 2));
        Assert.Equal(0, await _postroom.EnterAsync("a", count: 2));
        EventMessage[] unwanted = [new("order/a", 3, 13, "order.shipped", []), new("order/b", 1, 10, "order.placed", [])];
        Assert.Equal(0, await _postroom.Deliveries.AddAsync(unwanted, _clock.GetUtcNow(), Cancellation));

        await _postroom.SendAsync();
        Assert.Equal(2, (await _postroom.LogOfAsync(endpoint)).Count);
        Assert.Equal(2, _receiver.Messages.Count);
    }

    [Fact]
    public async Task A_receiver_that_fails_gets_the_message_again_under_the_same_id_until_it_recovers()
    {
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a");
        _receiver.Answer = Receiver.Status(500);
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            await _postroom.SendAsync();
            await _postroom.SendAsync();
            var failed = Assert.Single(await _postroom.LogOfAsync(endpoint));
            Assert.Equal((DeliveryStatus.Pending, attempt, 500, attempt), (failed.Status, failed.Attempts, failed.StatusCode, _receiver.Messages.Count));
            _clock.SetUtcNow(failed.NextAttemptAt!.Value);
        }

        _receiver.Answer = Receiver.Status(200);
        await _postroom.SendAsync();

        Assert.Equal(DeliveryStatus.Delivered, Assert.Single(await _postroom.LogOfAsync(endpoint)).Status);
        Assert.Equal(5, _receiver.Messages.Count);
        Assert.Single(_receiver.Messages.Select(message => message.Id).Distinct());
        Assert.All(_receiver.Messages, message => Assert.True(message.IsSignedWith(endpoint.Secret)));
        Assert.Equal(_clock.GetUtcNow().ToUnixTimeSeconds(), _receiver.Messages[^1].SentAt.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task An_attempt_at_a_hanging_receiver_ends_after_fifteen_seconds_and_delays_no_other_webhook()
    {
        await using var prompt = await Receiver.StartAsync();
        _receiver.Answer = Receiver.Hang;
        var hanging = await _postroom.RegisterAsync(_receiver.Url);
        var other = await _postroom.RegisterAsync(prompt.Url);
        for (var order = 0; order < 20; order++)
        {
            await _postroom.EnterAsync($"order-{order:00}");
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                await _postroom.StartAsync();
                return prompt.Messages.Count == 20;
            },
            "the other webhook gets all its messages",
            cancellation: Cancellation);
        await _receiver.GotAsync(8);
        Assert.Equal(8, _receiver.Messages.Count);
        _clock.Advance(TimeSpan.FromSeconds(15));
        await _postroom.Dispatcher.IdleAsync();

        var failed = (await _postroom.LogOfAsync(hanging)).Where(delivery => delivery.Attempts == 1).ToList();
        Assert.Equal(8, failed.Count);
        Assert.All(failed, delivery => Assert.Equal((null, "no answer within 15 s"), (delivery.StatusCode, delivery.Error)));
        Assert.All(await _postroom.LogOfAsync(other), delivery => Assert.Equal(DeliveryStatus.Delivered, delivery.Status));

        // While the receiver fails, the dispatcher tries one message at a time.
        Assert.Equal(1, await _postroom.StartAsync());
        Assert.Equal(0, await _postroom.StartAsync());
    }

    [Fact]
    public async Task A_hanging_webhook_delays_no_other_on_the_same_host()
    {
        _receiver.Answer = static (message, context) =>
            message.Path == "/hang" ? Receiver.Hang(message, context) : Receiver.Status(204)(message, context);
        await _postroom.RegisterAsync(new Uri(new Uri(_receiver.Url), "/hang").ToString());
        var other = await _postroom.RegisterAsync(_receiver.Url);
        for (var order = 0; order < 20; order++)
        {
            await _postroom.EnterAsync($"order-{order:00}");
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                await _postroom.StartAsync();
                return _receiver.Messages.Count(message => message.Path == "/hook") == 20;
            },
            "the other webhook gets all its messages",
            cancellation: Cancellation);

        Assert.Equal(20, (await _postroom.LogOfAsync(other)).Count);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(307)]
    public async Task A_redirect_is_a_failure_and_not_followed(int status)
    {
        _receiver.Answer = (_, context) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        };
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a");

        await _postroom.SendAsync();

        Assert.Equal("/hook", Assert.Single(_receiver.Messages).Path);
        var delivery = Assert.Single(await _postroom.LogOfAsync(endpoint));
        Assert.Equal((DeliveryStatus.Pending, status), (delivery.Status, delivery.StatusCode));
    }

    [Fact]
    public async Task An_answer_is_not_read_to_its_end()
    {
        _receiver.Answer = async (_, context) =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(new byte[64 * 1_024]);
            }
        };
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a");

        await _postroom.SendAsync();

        Assert.Equal(DeliveryStatus.Delivered, Assert.Single(await _postroom.LogOfAsync(endpoint)).Status);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_disables_its_webhook_and_gets_nothing_more()
    {
        _receiver.Answer = Receiver.Status(410);
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a", count: 2);

        await _postroom.SendAsync();
        await _postroom.EnterAsync("b");
        _clock.Advance(TimeSpan.FromDays(1));
        await _postroom.SendAsync();

        Assert.Single(_receiver.Messages);
        Assert.NotNull((await _postroom.Endpoints.FindAsync(endpoint.Webhook.Id, Cancellation))!.Webhook.DisabledReason);
        var log = await _postroom.LogOfAsync(endpoint);
        Assert.Equal([(DeliveryStatus.Dead, 410), (DeliveryStatus.Dead, (int?)null)], log.Select(delivery => (delivery.Status, delivery.StatusCode)));
    }

    [Fact]
    public async Task A_later_event_of_an_order_waits_for_the_earlier_one_and_other_orders_continue()
    {
        _receiver.Answer = (message, context) => Receiver.Status(message.Text.Contains("\"bad\"", StringComparison.Ordinal) ? 500 : 200)(message, context);
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("bad", count: 3);
        await _postroom.EnterAsync("good", count: 3);

        await _postroom.SendAsync();
        await _postroom.EnterAsync("bad", version: 4);
        await _postroom.SendAsync();
        Assert.Equal(["bad 1", "good 1", "good 2", "good 3"], Told().Order());

        _receiver.Answer = Receiver.Status(200);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await _postroom.SendAsync();

        Assert.Equal(["bad 1", "bad 1", "bad 2", "bad 3", "bad 4"], Told().Where(told => told.StartsWith("bad", StringComparison.Ordinal)));
        Assert.All(await _postroom.LogOfAsync(endpoint), delivery => Assert.Equal(DeliveryStatus.Delivered, delivery.Status));
    }

    [Fact]
    public async Task A_message_not_accepted_for_three_days_is_dead_and_later_events_of_its_order_are_sent()
    {
        _receiver.Answer = Receiver.Status(503);
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a", count: 2);
        var started = _clock.GetUtcNow();
        WebhookDelivery first;
        do
        {
            await _postroom.SendAsync();
            first = (await _postroom.LogOfAsync(endpoint))[0];
            _clock.SetUtcNow(first.NextAttemptAt ?? _clock.GetUtcNow());
        }
        while (first.Status == DeliveryStatus.Pending);

        Assert.Equal(DeliveryStatus.Dead, first.Status);
        Assert.InRange(_clock.GetUtcNow() - started, TimeSpan.FromDays(2.8), TimeSpan.FromDays(3));
        var second = (await _postroom.LogOfAsync(endpoint))[1];
        Assert.Equal((DeliveryStatus.Pending, 1), (second.Status, second.Attempts));
    }

    [Theory]
    [InlineData(429, "60", 60)]
    [InlineData(503, "60", 60)]
    [InlineData(503, "Thu, 01 Jan 2026 12:02:00 GMT", 120)]
    [InlineData(429, "Thursday, 01-Jan-26 12:02:00 GMT", 120)]
    [InlineData(429, "1000000", 14_400)]
    [InlineData(429, "99999999999999999999", 14_400)]
    [InlineData(503, "Fri, 01 Jan 2027 12:00:00 GMT", 14_400)]
    public async Task A_receiver_that_asks_for_a_wait_gets_no_message_before_and_all_of_them_afterwards(int status, string asked, int seconds)
    {
        _receiver.Answer = Receiver.Busy(status, asked);
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a");
        await _postroom.SendAsync();
        await _postroom.EnterAsync("b");
        _receiver.Answer = Receiver.Status(200);

        _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        await _postroom.SendAsync();
        Assert.Single(_receiver.Messages);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await _postroom.SendAsync();

        Assert.Equal(["a 1", "a 1", "b 1"], Told().Order());
        Assert.All(await _postroom.LogOfAsync(endpoint), delivery => Assert.Equal(DeliveryStatus.Delivered, delivery.Status));
    }

    [Theory]
    [InlineData(429, "soon")]
    [InlineData(429, "-60")]
    [InlineData(503, "60.5")]
    [InlineData(503, "")]
    [InlineData(503, "Wed, 31 Dec 2025 12:00:00 GMT")]
    [InlineData(500, "60")]
    [InlineData(404, "60")]
    [InlineData(302, "60")]
    public async Task A_bad_wait_or_one_with_another_status_changes_nothing(int status, string asked)
    {
        _receiver.Answer = Receiver.Busy(status, asked);
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a");
        await _postroom.SendAsync();

        var failed = Assert.Single(await _postroom.LogOfAsync(endpoint));

        Assert.InRange(failed.NextAttemptAt!.Value - _clock.GetUtcNow(), TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_receiver_that_asks_for_a_wait_delays_no_other_webhook()
    {
        await using var prompt = await Receiver.StartAsync();
        _receiver.Answer = Receiver.Busy(429, "60");
        await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.RegisterAsync(prompt.Url);
        await _postroom.EnterAsync("a");
        await _postroom.SendAsync();

        await _postroom.EnterAsync("b");
        await _postroom.SendAsync();

        Assert.Single(_receiver.Messages);
        Assert.Equal(2, prompt.Messages.Count);
    }

    [Fact]
    public async Task A_delivery_is_repeated_on_demand_under_its_id()
    {
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a");
        await _postroom.SendAsync();
        var id = Assert.Single(_receiver.Messages).Id;

        Assert.Null(await _postroom.Log.RedeliverAsync("wh_other", id, _clock.GetUtcNow(), Cancellation));
        var again = await _postroom.Log.RedeliverAsync(endpoint.Webhook.Id, id, _clock.GetUtcNow(), Cancellation);
        Assert.Equal(DeliveryStatus.Pending, again!.Status);
        await _postroom.SendAsync();

        Assert.Equal([id, id], _receiver.Messages.Select(message => message.Id));
        Assert.Equal(DeliveryStatus.Delivered, Assert.Single(await _postroom.LogOfAsync(endpoint)).Status);
    }

    [Fact]
    public async Task Another_silo_sends_again_what_a_dead_silo_had_claimed_when_the_claim_expires()
    {
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a");
        var now = _clock.GetUtcNow();
        Assert.Single(await _postroom.Deliveries.ClaimAsync(endpoint.Webhook.Id, now, now + TimeSpan.FromSeconds(30), 10, Cancellation));

        await _postroom.SendAsync();
        Assert.Empty(_receiver.Messages);
        _clock.Advance(TimeSpan.FromSeconds(30));
        await _postroom.SendAsync();

        Assert.Single(_receiver.Messages);
        Assert.Equal(DeliveryStatus.Delivered, Assert.Single(await _postroom.LogOfAsync(endpoint)).Status);
    }

    [Fact]
    public async Task Another_silo_sends_at_once_what_a_stopped_silo_had_claimed()
    {
        _receiver.Answer = Receiver.Hang;
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a");
        await _postroom.StartAsync();
        await _receiver.GotAsync(1);
        await _postroom.DisposeAsync();

        _receiver.Answer = Receiver.Status(200);
        _postroom = new Postroom(_database, _clock);
        await _postroom.SendAsync();

        Assert.Equal(2, _receiver.Messages.Count);
        Assert.Single(_receiver.Messages.Select(message => message.Id).Distinct());
        var delivery = Assert.Single(await _postroom.LogOfAsync(endpoint));
        Assert.Equal((DeliveryStatus.Delivered, 1), (delivery.Status, delivery.Attempts));
    }

    [Fact]
    public async Task Two_dispatchers_never_send_the_same_message_at_the_same_time()
    {
        await using var other = new Postroom(_database, _clock);
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        for (var order = 0; order < 30; order++)
        {
            await _postroom.EnterAsync($"order-{order:00}", count: 3);
        }

        await Task.WhenAll(_postroom.SendAsync(), other.SendAsync());
        await _postroom.SendAsync();

        Assert.Equal(90, _receiver.Messages.Count);
        Assert.All(Told().GroupBy(told => told.Split(' ')[0]), order => Assert.Equal(order.Order(), order));
        Assert.All(await _postroom.LogOfAsync(endpoint), delivery => Assert.Equal(DeliveryStatus.Delivered, delivery.Status));
    }

    [Fact]
    public async Task A_name_that_resolves_to_a_private_address_after_its_registration_is_not_called()
    {
        var resolver = new ScriptedResolver("93.184.215.14", "127.0.0.1");
        await using var postroom = new Postroom(_database, _clock, new WebhookOptions { AllowHttp = true }, resolver);
        var url = $"http://hooks.example:{_receiver.Port}/hook";
        Assert.Null(await postroom.Guard.ProblemAsync(url, Cancellation));
        var endpoint = await postroom.RegisterAsync(url);
        await postroom.EnterAsync("a");

        await postroom.SendAsync();

        Assert.Empty(_receiver.Messages);
        var delivery = Assert.Single(await postroom.LogOfAsync(endpoint));
        Assert.Equal((DeliveryStatus.Pending, "the host is not on the public internet"), (delivery.Status, delivery.Error));
    }

    [Fact]
    public async Task The_checked_address_is_the_one_that_is_called()
    {
        var resolver = new ScriptedResolver("127.0.0.1");
        await using var postroom = new Postroom(
            _database, _clock, new WebhookOptions { AllowHttp = true, AllowPrivateTargets = true }, resolver);
        await postroom.RegisterAsync($"http://hooks.example:{_receiver.Port}/hook");
        await postroom.EnterAsync("a");

        await postroom.SendAsync();

        Assert.Single(_receiver.Messages);
        Assert.Equal(1, resolver.Asked);
    }

    [Fact]
    public async Task A_deleted_webhook_is_gone_with_its_deliveries()
    {
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a");

        await _postroom.Endpoints.DeleteAsync(endpoint.Webhook.Id, Cancellation);
        await _postroom.SendAsync();

        Assert.Empty(_receiver.Messages);
        Assert.Empty(await _postroom.LogOfAsync(endpoint));
        Assert.Null(await _postroom.Endpoints.FindAsync(endpoint.Webhook.Id, Cancellation));
    }

    [Fact]
    public async Task The_log_is_read_in_pages_and_forgets_old_completed_deliveries()
    {
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        for (var order = 0; order < 5; order++)
        {
            await _postroom.EnterAsync($"order-{order}", count: 2);
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        var seen = new List<WebhookDelivery>();
        DeliveryPage page;
        do
        {
            DeliveryPlace? after = seen.Count == 0 ? null : new DeliveryPlace(seen[^1].CreatedAt, seen[^1].Id);
            page = await _postroom.Log.ListAsync(endpoint.Webhook.Id, 3, after, Cancellation);
            seen.AddRange(page.Deliveries);
        }
        while (page.More);
        Assert.Equal(10, seen.Select(delivery => delivery.Id).Distinct().Count());
        Assert.Equal(seen.Select(delivery => delivery.CreatedAt).OrderDescending(), seen.Select(delivery => delivery.CreatedAt));

        Assert.Equal(0, await _postroom.Deliveries.ForgetAsync(_clock.GetUtcNow(), Cancellation));
        await _postroom.SendAsync();
        Assert.Equal(10, await _postroom.Deliveries.ForgetAsync(_clock.GetUtcNow(), Cancellation));
    }

    [Fact]
    public async Task Due_deliveries_are_found_by_an_index()
    {
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        for (var page = 0; page < 10; page++)
        {
            await _postroom.Deliveries.AddAsync(
                [.. Enumerable.Range(0, 200).Select(i => new EventMessage($"order/{page}-{i}", 1, 11, "order.placed", []))],
                _clock.GetUtcNow().AddDays(1),
                Cancellation);
        }

        var plan = await _database.ReadAsync(
            (connection, _) => PlanAsync(connection, connection.Command(
                DeliveryStore.Due, ("endpoint", endpoint.Webhook.Id), ("now", _clock.GetUtcNow().ToMicroseconds()), ("limit", 8))),
            Cancellation);

        Assert.Contains("webhook_delivery_due", plan, StringComparison.Ordinal);
    }

    private IReadOnlyList<string> Told() => [.. _receiver.Messages.Select(message =>
    {
        using var body = System.Text.Json.JsonDocument.Parse(message.Body);
        return $"{body.RootElement.GetProperty("order").GetString()} {body.RootElement.GetProperty("version").GetInt32()}";
    })];
}
