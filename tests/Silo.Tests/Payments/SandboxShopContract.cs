using System.Text.Json;
using Granary.Domain.Audit;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Feed;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Interfaces.Webhooks;
using Granary.Grains.Payments.Index;
using Granary.Journal;
using Granary.Silo.Tests.Streams;
using Granary.Silo.Tests.Webhooks;
using Granary.Streams;
using Granary.Streams.Views;
using Granary.Testing;

namespace Granary.Silo.Tests.Payments;

/// <summary>Payments of a whole silo with the sandbox, from the order to the feed, for every database.</summary>
public abstract class SandboxShopContract(OpenShop shop)
{
    private readonly WholeSilo _silo = shop.Silo;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_is_paid_refunded_and_cancelled_and_the_account_balances()
    {
        var order = await PlaceAsync();
        var payment = (await PayAsync(order, "tok_ok")).Payment!;
        Assert.Equal(PaymentStatus.Captured, payment.Status);
        await _silo.Grains.Order(order.Id).Refund(
            new RefundOrder(PaymentId.OfRefund(order.Id, "r"), 500, "damaged", new OrderCommand(UserId.System)));
        await _silo.Grains.Order(order.Id).Cancel(new OrderCommand(UserId.System), null);

        await Eventually.HoldsAsync(
            async () => (await _silo.Grains.Payment(payment.Id).Get(null)).Payment!.Refunded == order.Total, "all went back", cancellation: Cancellation);

        // What is read of the whole journal may end before the newest events: it is judged once they are in it.
        var events = await FeedAsync($"payment/{payment.Id}", "payment.compensated", ["payment.created", "payment.captured", "refund.succeeded"]);
        await Eventually.HoldsAsync(
            async () => await AuditAsync() is ({ IsSound: true, Lagging.Count: 0 }, var kept) && kept.GetValueOrDefault(payment.Id, -1) == 0,
            "the account balances",
            cancellation: Cancellation);
        Assert.Equal(
            ["payment.created", "payment.captured", "refund.succeeded", "refund.succeeded", "payment.compensated"], events.Select(read => read.Type));
        var captured = JsonDocument.Parse(events[1].Data).RootElement;
        Assert.Equal((order.Id, order.Total), (captured.GetProperty("order_id").GetString(), captured.GetProperty("captured").GetProperty("amount").GetInt64()));
        Assert.Equal(500, JsonDocument.Parse(events[2].Data).RootElement.GetProperty("refund_amount").GetProperty("amount").GetInt64());
        Assert.DoesNotContain(events, read => System.Text.Encoding.UTF8.GetString(read.Data.Span).Contains("tok_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Webhooks_are_told_of_payments_and_of_refunds()
    {
        await using var receiver = await Receiver.StartAsync();
        var desk = _silo.Grains.GetGrain<IWebhookDesk>(0);
        var webhook = (await desk.Register(
            new RegisterWebhook(receiver.Url, ["payment.captured", "refund.succeeded", "order.refund_succeeded"], UserId.System))).Webhook!;
        var order = await PlaceAsync();
        await PayAsync(order, "tok_ok");
        await _silo.Grains.Order(order.Id).Refund(
            new RefundOrder(PaymentId.OfRefund(order.Id, "r"), 500, "damaged", new OrderCommand(UserId.System)));

        // A message may come twice, under the same id. Events of other tests' orders that come late are theirs.
        var told = new Dictionary<string, JsonElement>();
        await Eventually.HoldsAsync(
            () =>
            {
                told = receiver.Messages.DistinctBy(message => message.Id)
                    .Select(message => JsonDocument.Parse(message.Body).RootElement)
                    .Where(body => body.GetProperty("data").GetProperty("order_id").GetString() == order.Id)
                    .ToDictionary(body => body.GetProperty("type").GetString()!, body => body.GetProperty("data"));
                return told.Count == 3;
            },
            "the receiver is told of the payment and of the refund",
            cancellation: Cancellation);
        Assert.Equal(order.Total, told["payment.captured"].GetProperty("captured").GetProperty("amount").GetInt64());
        Assert.Equal(500, told["refund.succeeded"].GetProperty("refund_amount").GetProperty("amount").GetInt64());
        Assert.Equal("succeeded", told["order.refund_succeeded"].GetProperty("refunds")[0].GetProperty("status").GetString());
        await desk.Delete(webhook.Id);
    }

    [Fact]
    public async Task A_payer_who_must_act_is_waited_for_and_the_index_is_written_again_from_the_journal()
    {
        var order = await PlaceAsync();
        var payment = (await PayAsync(order, "tok_3ds")).Payment!;
        Assert.Equal(PaymentStatus.RequiresAction, payment.Status);
        await UntilDueAsync(payment.Id);

        await _silo.Service<IViewDatabase>().WriteAsync(
            (connection, cancellation) => connection.Command("DELETE FROM payment_due").ExecuteAsync(cancellation), Cancellation);
        for (var partition = 0; partition < new StreamSettings().Partitions; partition++)
        {
            await _silo.Grains.GetGrain<IJournalConsumer>(GrainId.Create(
                PaymentIndexConsumer.Name, StreamNames.StreamOf(StreamNames.Payments, partition).GetKeyAsString())).RewindAsync(0);
        }

        _silo.Service<JournalFeed>().Nudge();
        await UntilDueAsync(payment.Id);

        await _silo.Grains.GetGrain<ISandboxBank>(payment.Id).Choose(agrees: true);
        await Eventually.HoldsAsync(
            async () => (await _silo.Grains.Order(order.Id).Get(null)).Order!.Status == OrderStatus.Paid, "the order is paid", cancellation: Cancellation);
    }

    private Task UntilDueAsync(string payment) => Eventually.HoldsAsync(
        async () => (await _silo.Service<PaymentIndex>().DueAsync(
            DateTimeOffset.UnixEpoch, DateTimeOffset.UtcNow.AddDays(2), 100, Cancellation)).Any(due => due.PaymentId == payment),
        "the payment is in the index",
        cancellation: Cancellation);

    private async Task<Order> PlaceAsync() => (await _silo.Grains.Order(OrderId.New(DateTimeOffset.UtcNow)).Place(new PlaceOrder
    {
        UserId = WholeSilo.Customer,
        By = WholeSilo.Customer,
        Lines = [new RequestedLine(WholeSilo.Sku, 1)],
        PaymentMethod = PaymentMethod.External,
    })).Order!;

    private Task<PaymentReply> PayAsync(Order order, string token) => _silo.Grains.Payment(PaymentId.From(order.Id, "key"))
        .Pay(new PayExternally(order.Id, order.UserId, token, CaptureMode.Automatic, order.UserId));

    /// <summary>The feed's events of a stream, once the last of them is in it.</summary>
    private async Task<List<FeedEvent>> FeedAsync(string stream, string last, IReadOnlyList<string> others)
    {
        List<FeedEvent> events = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                var page = await _silo.Service<IEventFeed>().ReadAsync(new FeedQuery(null, 100, [.. others, last]), Cancellation);
                events = [.. page.Events.Where(read => read.Stream == stream)];
                return events.Exists(read => read.Type == last);
            },
            $"{last} is in the feed",
            cancellation: Cancellation);
        return events;
    }

    /// <summary>Judges the journal as far as it is read, with what each payment keeps in it.</summary>
    private async Task<(AuditReport Report, Dictionary<string, long> Kept)> AuditAsync()
    {
        var audit = new JournalAudit();
        foreach (var record in await _silo.Service<IJournal>().ReadAllAsync(0, 100_000, Cancellation))
        {
            audit.Add(record);
        }

        return (audit.Judge(), audit.Payments.ToDictionary(payment => payment.Key, payment => payment.Value.Captured - payment.Value.Refunded));
    }
}

/// <summary>A shop with the sandbox over SQLite.</summary>
public sealed class SqliteSandboxShop : OpenShop
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-sandbox-");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    protected override Task<Dictionary<string, string?>> ConfigureAsync() => Task.FromResult(new Dictionary<string, string?>
    {
        ["Granary:DataDirectory"] = _directory.FullName,
        ["Granary:Payments:Provider"] = "Sandbox",
        ["Granary:Webhooks:AllowHttp"] = "true",
        ["Granary:Webhooks:AllowPrivateTargets"] = "true",
    });
}

/// <summary>A shop with the sandbox over PostgreSQL.</summary>
public sealed class PostgreSqlSandboxShop(SharedPostgres server) : OpenShop
{
    protected override async Task<Dictionary<string, string?>> ConfigureAsync() => new()
    {
        ["Granary:Storage"] = "PostgreSql",
        ["ConnectionStrings:Granary"] = await server.CreateDatabaseAsync(),
        ["Granary:Payments:Provider"] = "Sandbox",
        ["Granary:Webhooks:AllowHttp"] = "true",
        ["Granary:Webhooks:AllowPrivateTargets"] = "true",
    };
}

/// <summary>Payments over SQLite.</summary>
public sealed class SqliteSandbox(SqliteSandboxShop shop) : SandboxShopContract(shop), IClassFixture<SqliteSandboxShop>;

/// <summary>Payments over PostgreSQL.</summary>
public sealed class PostgreSqlSandbox(PostgreSqlSandboxShop shop) : SandboxShopContract(shop), IClassFixture<PostgreSqlSandboxShop>;
