using System.Text;
using Granary.Domain.Audit;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Journal;
using Granary.Silo.Tests.Streams;
using Granary.Testing;

namespace Granary.Silo.Tests.Saga;

/// <summary>Callers' own references of orders, for every database.</summary>
public abstract class ExternalReferenceContract(OpenShop shop)
{
    private readonly WholeSilo _silo = shop.Silo;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IJournal Journal => _silo.Service<IJournal>();

    [Fact]
    public async Task Of_many_requests_with_one_reference_and_several_keys_exactly_one_places_an_order()
    {
        var sagas = Enumerable.Range(0, 4).Select(_ => _silo.NewSaga()).ToList();
        for (var round = 0; round < 8; round++)
        {
            var command = Command($"race-{round}");
            var replies = await Task.WhenAll(Enumerable.Range(0, 48).Select(i => Task.Run(
                () => sagas[i % sagas.Count].PlaceAsync(OrderId.From(WholeSilo.Customer, $"{round}/{i % 12}"), command))));

            var placed = Assert.Single(replies, reply => reply is { Order: not null, Replayed: false }).Order!;
            Assert.All(replies, reply => Assert.True(
                reply.Order?.Id == placed.Id || reply.Refusal is OrderInFlight || reply.Refusal == new ExternalReferenceTaken(placed.Id),
                reply.ToString()));
        }

        // Once a later order can be read, so can everything that was written before it.
        var last = (await sagas[0].PlaceAsync(NewId(), Command("race-over"))).Order!;
        List<JournalRecord> placements = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                placements = [.. (await Journal.ReadAllAsync(0, 100_000, Cancellation)).Where(record => record.Type == "order.placed")];
                return placements.Exists(record => record.Stream == JournalStream.OfOrder(last.Id));
            },
            "the last order is read",
            cancellation: Cancellation);
        Assert.Equal(8 + 1, placements.Count(record => Encoding.UTF8.GetString(record.Payload.Span).Contains("\"race-", StringComparison.Ordinal)));
        await AuditAsync();
    }

    [Fact]
    public async Task A_reference_belongs_to_the_caller_and_stays_with_a_cancelled_order()
    {
        var command = Command("web-1");
        var first = (await _silo.NewSaga().PlaceAsync(NewId(), command)).Order!;
        Assert.Equal("web-1", first.ExternalReference);
        await _silo.Grains.Order(first.Id).Cancel(new OrderCommand(WholeSilo.Customer), null);

        Assert.Equal(new ExternalReferenceTaken(first.Id), (await _silo.NewSaga().PlaceAsync(NewId(), command)).Refusal);
        Assert.NotNull((await _silo.NewSaga().PlaceAsync(NewId(), command with { By = "key_01" })).Order);
        await IsAlignedAsync();
    }

    [Fact]
    public async Task A_refused_repetition_writes_nothing()
    {
        var command = Command("quiet");
        await _silo.NewSaga().PlaceAsync(NewId(), command);
        var refused = NewId();

        Assert.IsType<ExternalReferenceTaken>((await _silo.NewSaga().PlaceAsync(refused, command)).Refusal);

        // Participants of earlier tests may still write; nothing may name this order.
        Assert.DoesNotContain(
            await Journal.ReadAllAsync(0, 100_000, Cancellation),
            record => record.Stream.Contains(refused, StringComparison.Ordinal) || Encoding.UTF8.GetString(record.Payload.Span).Contains(refused, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_order_leaves_its_reference_free()
    {
        var command = Command("free");
        Assert.IsType<InsufficientStock>((await _silo.NewSaga().PlaceAsync(NewId(), command with { Lines = [new RequestedLine(WholeSilo.Sku, 1_000_000)] })).Refusal);

        Assert.NotNull((await _silo.NewSaga().PlaceAsync(NewId(), command)).Order);
        await IsAlignedAsync();
    }

    [Fact]
    public async Task A_claim_of_an_attempt_that_placed_no_order_is_taken_over_and_its_order_cannot_come_back()
    {
        var (command, lost) = (Command("lost"), NewId());
        await ClaimAsync(command, lost, attempt: 7);

        var order = (await _silo.NewSaga().PlaceAsync(NewId(), command)).Order!;

        // The silo that made the attempt was slow and not dead: its append comes last.
        var placed = new OrderPlaced(command.By, command.UserId, 7, [], 0, null, null, null, DateTimeOffset.UtcNow, "lost");
        await Assert.ThrowsAsync<VersionConflictException>(() => Journal.AppendAsync(new JournalAppend(
            JournalStream.OfOrder(lost), 0, [OrderEvent.Codec.Encode(placed, DateTimeOffset.UtcNow, null)])));
        Assert.Equal(new ExternalReferenceTaken(order.Id), (await _silo.NewSaga().PlaceAsync(lost, command)).Refusal);
        Assert.True((await AuditAsync()).IsSound);
    }

    [Fact]
    public async Task A_repetition_takes_up_the_claim_of_its_own_order()
    {
        var (command, id) = (Command("again"), NewId());
        await ClaimAsync(command, id, attempt: 7);

        Assert.False((await _silo.NewSaga().PlaceAsync(id, command)).Replayed);
        Assert.True((await _silo.NewSaga().PlaceAsync(id, command)).Replayed);
        await IsAlignedAsync();
    }

    private static PlaceOrder Command(string reference) => new()
    {
        UserId = WholeSilo.Customer,
        By = WholeSilo.Customer,
        Lines = [new RequestedLine(WholeSilo.Sku, 1)],
        Fingerprint = "body",
        ExternalReference = reference,
    };

    private static string NewId() => OrderId.New(DateTimeOffset.UtcNow);

    private Task ClaimAsync(PlaceOrder command, string order, long attempt)
    {
        var claim = new ReferenceClaimed(command.By, command.ExternalReference!, order, attempt);
        return Journal.AppendAsync(new JournalAppend(
            ReferenceState.StreamOf(ReferenceState.KeyOf(command.By, command.ExternalReference!)),
            0,
            [ReferenceEvent.Codec.Encode(claim, DateTimeOffset.UtcNow, null)]));
    }

    /// <summary>Stock and wallets follow what became of an order after its answer.</summary>
    private Task IsAlignedAsync() => Eventually.HoldsAsync(
        async () => (await AuditAsync()).Lagging.Count == 0, "stock and wallets follow the orders", cancellation: Cancellation);

    private async Task<AuditReport> AuditAsync()
    {
        var audit = new JournalAudit();
        foreach (var record in await Journal.ReadAllAsync(0, 100_000, Cancellation))
        {
            audit.Add(record);
        }

        var report = audit.Judge();
        Assert.Empty(report.Violations);
        return report;
    }
}

/// <summary>References over SQLite.</summary>
public sealed class SqliteExternalReferences(SqliteShop shop) : ExternalReferenceContract(shop), IClassFixture<SqliteShop>;

/// <summary>References over PostgreSQL.</summary>
public sealed class PostgreSqlExternalReferences(PostgreSqlShop shop) : ExternalReferenceContract(shop), IClassFixture<PostgreSqlShop>;
