using Granary.Domain.Webhooks;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Grains.Webhooks;

namespace Granary.Silo.Tests.Webhooks;

// Changes of a webhook: its secret, its address and events, whether it is enabled.
public abstract partial class DispatchContract
{
    [Fact]
    public async Task Every_secret_that_was_replaced_signs_for_a_day_beside_the_new_one()
    {
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        var second = await RotateAsync(endpoint);
        _clock.Advance(TimeSpan.FromHours(1));
        var third = await RotateAsync(endpoint);

        await _postroom.EnterAsync("a");
        await _postroom.SendAsync();
        _clock.Advance(TimeSpan.FromHours(23));
        await _postroom.EnterAsync("b");
        await _postroom.SendAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        await _postroom.EnterAsync("c");
        await _postroom.SendAsync();

        Assert.Equal([3, 2, 1], _receiver.Messages.Select(message => message.Signature.Split(' ').Length));
        Assert.Equal([true, false, false], _receiver.Messages.Select(message => message.IsSignedWith(endpoint.Secret)));
        Assert.Equal([true, true, false], _receiver.Messages.Select(message => message.IsSignedWith(second)));
        Assert.All(_receiver.Messages, message => Assert.True(message.IsSignedWith(third)));
    }

    [Fact]
    public async Task A_webhook_that_an_operator_disables_gets_nothing_and_what_was_pending_when_it_is_enabled()
    {
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a");
        await UpdateAsync(endpoint, enabled: false);
        Assert.Equal("by an operator", (await _postroom.Endpoints.FindAsync(endpoint.Webhook.Id, Cancellation))!.Webhook.DisabledReason);

        await _postroom.SendAsync();
        Assert.Empty(_receiver.Messages);
        Assert.Equal(0, await _postroom.EnterAsync("b"));

        await UpdateAsync(endpoint, enabled: true, end: 20);
        await _postroom.SendAsync();
        Assert.Contains("\"a\"", Assert.Single(_receiver.Messages).Text, StringComparison.Ordinal);

        // The journal ended at 20 when it was enabled: the next events are the first.
        Assert.Equal(0, await _postroom.EnterAsync("c"));
        Assert.Equal(1, await _postroom.EnterAsync("c", version: 11));
    }

    [Fact]
    public async Task A_webhook_whose_receiver_was_gone_is_enabled_again_with_another_address_and_other_events()
    {
        _receiver.Answer = Receiver.Status(410);
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await _postroom.EnterAsync("a");
        await _postroom.SendAsync();
        _receiver.Answer = Receiver.Status(204);

        var updated = await _postroom.Endpoints.UpdateAsync(
            new UpdateWebhook(endpoint.Webhook.Id, _receiver.Url + "/new", ["order.paid"], true), JournalEnd.At(10), "by an operator", Cancellation);
        await _postroom.EnterAsync("b", count: 2);
        await _postroom.SendAsync();

        Assert.Equal((_receiver.Url + "/new", "order.paid", null), (updated!.Webhook.Url, Assert.Single(updated.Webhook.Events), updated.Webhook.DisabledReason));
        Assert.Equal(["/hook", "/hook/new"], _receiver.Messages.Select(message => message.Path));
        Assert.Contains("\"version\":2", _receiver.Messages[^1].Text, StringComparison.Ordinal);
        Assert.True(_receiver.Messages[^1].IsSignedWith(endpoint.Secret));
    }

    [Fact]
    public async Task An_absent_part_of_a_change_stays_as_it_is()
    {
        var endpoint = await _postroom.RegisterAsync(_receiver.Url);
        await UpdateAsync(endpoint, enabled: null);

        var after = await _postroom.Endpoints.FindAsync(endpoint.Webhook.Id, Cancellation);
        Assert.Equivalent(endpoint, after, strict: true);
        Assert.Null(await _postroom.Endpoints.UpdateAsync(new UpdateWebhook("wh_other", null, null, true), JournalEnd.At(10), "", Cancellation));
        Assert.Null(await _postroom.Endpoints.RotateAsync("wh_other", "whsec_", _clock.GetUtcNow(), _clock.GetUtcNow(), Cancellation));
    }

    private Task<Endpoint?> UpdateAsync(Endpoint endpoint, bool? enabled, long end = 10) => _postroom.Endpoints.UpdateAsync(
        new UpdateWebhook(endpoint.Webhook.Id, null, null, enabled), JournalEnd.At(end), "by an operator", Cancellation);

    private async Task<string> RotateAsync(Endpoint endpoint)
    {
        var now = _clock.GetUtcNow();
        var secret = WebhookSecret.Of(Guid.NewGuid().ToByteArray());
        var rotated = await _postroom.Endpoints.RotateAsync(endpoint.Webhook.Id, secret, now, now + WebhookSecret.Overlap, Cancellation);
        Assert.Equal(secret, rotated!.Secret);
        return secret;
    }
}
