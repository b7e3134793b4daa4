using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Grains.Webhooks;
using Granary.Streams.Views;

namespace Granary.Silo.Tests.Webhooks;

// The log of deliveries: pages, repetition on demand, what is forgotten.
public abstract partial class DispatchContract
{
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
}
