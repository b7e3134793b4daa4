using Granary.Grains.Interfaces.Webhooks;

namespace Granary.Silo.Tests.Webhooks;

// A receiver that says when it wants to be asked again.
public abstract partial class DispatchContract
{
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
}
