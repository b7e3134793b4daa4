using System.Text.Json;
using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Grains.Webhooks;
using Granary.Hosting.Clustering;
using Granary.Hosting.Settings;
using Granary.Journal;
using Granary.Silo.Tests.Streams;
using Granary.Streams;
using Granary.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Granary.Silo.Tests.Webhooks;

/// <summary>Webhooks of a whole silo: from an order's event in the journal to the receiver.</summary>
public sealed class ProductTests(SharedPostgres server) : IAsyncLifetime
{
    private const string Sku = "LAMP";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-webhooks-");
    private Receiver _receiver = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData(StorageKind.Sqlite)]
    [InlineData(StorageKind.PostgreSql)]
    public async Task A_webhook_gets_the_events_after_its_registration_once_and_in_order_even_after_a_restart_and_a_rewind(StorageKind storage)
    {
        var settings = await SettingsAsync(storage);
        string secret, orderId;
        using (var silo = await StartAsync(settings))
        {
            var grains = silo.Services.GetRequiredService<IGrainFactory>();
            await OpenAsync(grains);
            var past = await PlaceAsync(grains);
            await IsPastAsync(past.Id, silo.Services.GetRequiredService<IJournal>());
            var reply = await grains.GetGrain<IWebhookDesk>(0).Register(
                new RegisterWebhook(_receiver.Url, ["order.placed", "order.paid", "order.cancelled"], UserId.System));
            Assert.Null(reply.Refusal);
            secret = reply.Secret!;
            orderId = (await PlaceAsync(grains)).Id;
            Assert.Null((await grains.GetGrain<IOrderGrain>(orderId).Pay(Command())).Refusal);
            Assert.Null((await grains.GetGrain<IOrderGrain>(past.Id).Pay(Command())).Refusal);

            await _receiver.GotAsync(3);
            await silo.StopAsync(Cancellation);
        }

        using (var silo = await StartAsync(settings))
        {
            var grains = silo.Services.GetRequiredService<IGrainFactory>();

            // The partition is delivered from its beginning: when the last event has arrived, all earlier ones have.
            await ConsumerOf(orderId, grains).RewindAsync(0);
            Assert.Null((await grains.GetGrain<IOrderGrain>(orderId).Cancel(Command(), "no longer needed")).Refusal);
            await _receiver.GotAsync(4);
            await silo.StopAsync(Cancellation);
        }

        Assert.All(_receiver.Messages, message => Assert.True(message.IsSignedWith(secret)));
        Assert.Equal(4, _receiver.Messages.Count);
        Assert.Equal(4, _receiver.Messages.Select(message => message.Id).Distinct().Count());
        var told = _receiver.Messages.Select(message => JsonDocument.Parse(message.Body).RootElement)
            .Where(body => body.GetProperty("data").GetProperty("order_id").GetString() == orderId).ToList();
        Assert.Equal(["order.placed", "order.paid", "order.cancelled"], told.Select(body => body.GetProperty("type").GetString()));
        Assert.Equal(["pending", "paid", "cancelled"], told.Select(body => body.GetProperty("data").GetProperty("status").GetString()));
        Assert.Equal(1_999, told[0].GetProperty("data").GetProperty("total").GetProperty("amount").GetInt64());
        Assert.Equal("no longer needed", told[2].GetProperty("data").GetProperty("cancel_reason").GetString());
        Assert.True(told[0].GetProperty("timestamp").GetDateTimeOffset() <= told[1].GetProperty("timestamp").GetDateTimeOffset());
    }

    [Fact]
    public async Task Products_and_their_stock_are_told_of_too_and_a_test_message_on_demand()
    {
        var settings = await SettingsAsync(StorageKind.Sqlite);
        settings["Granary:Stock:LowThreshold"] = "3";
        using var silo = await StartAsync(settings);
        var grains = silo.Services.GetRequiredService<IGrainFactory>();
        var desk = grains.GetGrain<IWebhookDesk>(0);
        var reply = await desk.Register(new RegisterWebhook(
            _receiver.Url, ["product.defined", "stock.adjusted", "stock.sold", "stock.low", "stock.replenished"], UserId.System));
        await OpenAsync(grains);
        var order = await PlaceAsync(grains);
        Assert.Null((await grains.GetGrain<IOrderGrain>(order.Id).Pay(Command())).Refusal);
        Assert.Null((await grains.GetGrain<IStockGrain>(Sku).Adjust(new AdjustStock(-7, "breakage", "secret-key", UserId.System))).Refusal);
        await _receiver.GotAsync(5);
        Assert.Null((await grains.GetGrain<IStockGrain>(Sku).Adjust(new AdjustStock(20, "delivery", null, UserId.System))).Refusal);
        await _receiver.GotAsync(7);

        var tested = await desk.Test(reply.Webhook!.Id);
        await silo.StopAsync(Cancellation);

        Assert.All(_receiver.Messages, message => Assert.True(message.IsSignedWith(reply.Secret!)));
        var told = _receiver.Messages.Select(message => JsonDocument.Parse(message.Body).RootElement).ToList();
        Assert.Equal(
            ["product.defined", "stock.adjusted", "stock.adjusted", "stock.adjusted", "stock.low", "stock.replenished", "stock.sold", "webhook.test"],
            told.Select(body => body.GetProperty("type").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(told.SkipLast(1), body => Assert.Equal(Sku, body.GetProperty("data").GetProperty("sku").GetString()));
        Assert.DoesNotContain(_receiver.Messages, message => message.Text.Contains("secret-key", StringComparison.Ordinal));
        Assert.Equal((_receiver.Messages[^1].Id, 204), (tested.Id, tested.StatusCode));
        Assert.Equal("webhook.test", told[^1].GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_target_inside_the_network_is_refused_unless_the_deployment_allows_it()
    {
        var settings = await SettingsAsync(StorageKind.Sqlite);
        settings.Remove("Granary:Webhooks:AllowPrivateTargets");
        using var silo = await StartAsync(settings);
        var desk = silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IWebhookDesk>(0);

        foreach (var url in (string[])["http://127.0.0.1/", "http://localhost:5080/", "http://2130706433/", "http://[::1]/", "http://169.254.169.254/latest", "ftp://8.8.8.8/"])
        {
            var reply = await desk.Register(new RegisterWebhook(url, ["order.paid"], UserId.System));
            Assert.Equal("url", Assert.IsType<InvalidValue>(reply.Refusal).Field);
        }

        Assert.Empty((await desk.List(10, null)).Webhooks);
        await silo.StopAsync(Cancellation);
    }

    private static OrderCommand Command() => new(UserId.System, null, null);

    /// <summary>Waits until no running transaction can insert an event before those of an order.</summary>
    private static async Task IsPastAsync(string orderId, IJournal journal)
    {
        var last = (await journal.ReadStreamAsync(JournalStream.OfOrder(orderId), 0, Cancellation))[^1].Position;
        await Eventually.HoldsAsync(
            async () => await journal.ReadEndAsync(Cancellation) >= last, "the order is in the past", cancellation: Cancellation);
    }

    private static IJournalConsumer ConsumerOf(string orderId, IGrainFactory grains)
    {
        var partition = StreamNames.PartitionOf(JournalStream.OfOrder(orderId), new StreamSettings().Partitions);
        return grains.GetGrain<IJournalConsumer>(GrainId.Create(
            OrderWebhookConsumer.Name, StreamNames.StreamOf(StreamNames.Orders, partition).GetKeyAsString()));
    }

    private async Task<Dictionary<string, string?>> SettingsAsync(StorageKind storage) => new()
    {
        ["Granary:DataDirectory"] = _directory.FullName,
        ["Granary:Storage"] = storage.ToString(),
        ["ConnectionStrings:Granary"] = storage == StorageKind.PostgreSql ? await server.CreateDatabaseAsync() : null,
        ["Granary:Silo:Port"] = "0",
        ["Granary:Silo:GatewayPort"] = "0",
        ["Granary:Webhooks:AllowHttp"] = "true",
        ["Granary:Webhooks:AllowPrivateTargets"] = "true",
    };

    private static async Task<IHost> StartAsync(IReadOnlyDictionary<string, string?> settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.AddGranarySilo();

        // The consumers of the stream tests live in this assembly, too, and subscribe in every silo that runs in it.
        builder.Services.AddSingleton<Recorder>();
        var silo = builder.Build();
        await silo.StartAsync(Cancellation);
        return silo;
    }

    private static async Task OpenAsync(IGrainFactory grains)
    {
        var lamp = grains.GetGrain<IStockGrain>(Sku);
        Assert.Null((await lamp.Define(new DefineProduct("Lamp", null, 1_999, null, UserId.System))).Refusal);
        Assert.Null((await lamp.Adjust(new AdjustStock(10, "delivery", null, UserId.System))).Refusal);
        var ada = grains.GetGrain<IUserGrain>(UserId.From("ada"));
        Assert.Null((await ada.Register(new RegisterUser("ada", "hash", null, [Roles.Customer], UserId.System))).Refusal);
        Assert.Null((await ada.Deposit(new DepositMoney(1_000_000, null, UserId.System))).Refusal);
    }

    private static async Task<Order> PlaceAsync(IGrainFactory grains)
    {
        var customer = UserId.From("ada");
        var reply = await grains.GetGrain<IOrderGrain>(OrderId.New(DateTimeOffset.UtcNow)).Place(
            new PlaceOrder { UserId = customer, Lines = [new RequestedLine(Sku, 1)], By = customer });
        Assert.Null(reply.Refusal);
        return reply.Order!;
    }
}
