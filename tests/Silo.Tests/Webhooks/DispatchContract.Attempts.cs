using Granary.Grains.Interfaces.Webhooks;
using Granary.Grains.Webhooks;
using Granary.Testing;

namespace Granary.Silo.Tests.Webhooks;

// One attempt: what counts as accepted, how often a message is tried, whom an attempt may reach.
public abstract partial class DispatchContract
{
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
}
