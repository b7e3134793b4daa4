using Granary.Grains.Interfaces.Webhooks;

namespace Granary.Silo.Tests.Webhooks;

// Several silos send from one database.
public abstract partial class DispatchContract
{
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
}
