using System.Data.Common;
using Granary.Domain.Webhooks;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Grains.Webhooks;
using Granary.Streams.Views;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Silo.Tests.Webhooks;

/// <summary>What receivers of webhooks can rely on, for every database.</summary>
public abstract partial class DispatchContract : IAsyncLifetime
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
    public async Task Consumers_rest_while_there_is_no_webhook_and_they_are_not_behind()
    {
        var post = new WebhookPost(null!, _postroom.Endpoints, _postroom.Deliveries, new WebhookOptions(), new WebhookWake());
        var consumer = new RestingConsumer(_clock, post);
        var second = TimeSpan.FromSeconds(1);
        Assert.Equal((second, TimeSpan.Zero), (await consumer.RestAfterAsync(255), await consumer.RestAfterAsync(256)));

        await _postroom.RegisterAsync(_receiver.Url);
        Assert.Equal(TimeSpan.Zero, await consumer.RestAfterAsync(1));
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

    private IReadOnlyList<string> Told() => [.. _receiver.Messages.Select(message =>
    {
        using var body = System.Text.Json.JsonDocument.Parse(message.Body);
        return $"{body.RootElement.GetProperty("order").GetString()} {body.RootElement.GetProperty("version").GetInt32()}";
    })];
}
