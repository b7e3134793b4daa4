using Granary.Domain.Audit;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Orders.Index;
using Granary.Journal;
using Granary.Streams;
using Granary.Testing;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Granary.Silo.Tests.Streams;

/// <summary>One row of the journal is damaged: its order is set aside, and everything else goes on.</summary>
public sealed class DamagedRowTests(SharedPostgres server) : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-damage-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(false, "recorded_at = 9223372036854775807")]
    [InlineData(false, "recorded_at = 'yesterday'")]
    [InlineData(false, "payload = CAST('null' AS BLOB)")]
    [InlineData(false, "payload = CAST('{\"lines\":null}' AS BLOB)")]
    [InlineData(true, "recorded_at = '20000-01-01'")]
    [InlineData(true, "recorded_at = 'infinity'")]
    [InlineData(true, "payload = convert_to('null', 'UTF8')")]
    public async Task A_damaged_row_is_set_aside_with_its_position_and_everything_else_goes_on(bool postgreSql, string damage)
    {
        var settings = await SettingsAsync(postgreSql);
        var (cancelled, damaged, sound) = await PlaceThreeAsync(settings);
        var position = await DamageAsync(settings, damaged.Id, damage);
        await using var silo = await WholeSilo.StartAsync(settings, Cancellation);

        // The index had it before it was damaged.
        await silo.Index.UpsertAsync([OrderIndexEntry.Of(damaged)], Cancellation);
        var later = await silo.PlaceAsync();

        // Consumers and lists go on, unpaid orders expire, and stock items check back with the other orders.
        await Eventually.HoldsAsync(
            async () => await ListedAsync(silo) is var listed && listed.GetValueOrDefault(sound.Id) == OrderStatus.Expired
                && listed.GetValueOrDefault(later.Id) == OrderStatus.Expired && listed.GetValueOrDefault(cancelled.Id) == OrderStatus.Cancelled
                && !listed.ContainsKey(damaged.Id),
            "the other orders are listed as they are",
            cancellation: Cancellation);
        await Eventually.HoldsAsync(
            async () => (await silo.Grains.GetGrain<IStockGrain>(WholeSilo.Sku).GetLevel()).Level is { Available: 999 },
            "only the unit of the damaged order is not free",
            cancellation: Cancellation);
        await Eventually.HoldsAsync(
            async () => (await silo.Service<IStreamStore>().ReadDeadLettersAsync("order-index", 10, Cancellation)).Any(letter => letter.Position == position),
            "the damaged row is a dead letter with its position",
            cancellation: Cancellation);

        var audit = new JournalAudit();
        foreach (var record in await silo.Service<IJournal>().ReadAllAsync(0, 1_000, Cancellation))
        {
            audit.Add(record);
        }

        Assert.Contains(audit.Judge().Violations, violation => violation.Contains($"damaged at position {position}", StringComparison.Ordinal));
    }

    private static async Task<Dictionary<string, OrderStatus>> ListedAsync(WholeSilo silo) =>
        (await silo.Service<OrderList>().ReadAsync(new OrderQuery { Limit = 10 }, Cancellation)).Orders.ToDictionary(order => order.Id, order => order.Status);

    private async Task<Dictionary<string, string?>> SettingsAsync(bool postgreSql) => new()
    {
        ["Granary:DataDirectory"] = _directory.FullName,
        ["Granary:Storage"] = postgreSql ? "PostgreSql" : "Sqlite",
        ["ConnectionStrings:Granary"] = postgreSql ? await server.CreateDatabaseAsync() : null,
        ["Granary:Orders:PaymentTimeout"] = "00:00:01",
        ["Granary:Orders:ReservationGrace"] = "00:00:00.5",
    };

    /// <summary>
    /// Places orders that no consumer has seen. One is cancelled without its stock item hearing of it, as when a silo is killed.
    /// </summary>
    private static async Task<(OrderState Cancelled, OrderState Damaged, OrderState Sound)> PlaceThreeAsync(Dictionary<string, string?> settings)
    {
        await using var silo = await WholeSilo.StartAsync(new Dictionary<string, string?>(settings) { ["Granary:Streams:Deliver"] = "false" }, Cancellation);
        await silo.OpenAsync();
        var orders = new List<OrderState>();
        for (var i = 0; i < 3; i++)
        {
            var order = await silo.PlaceAsync();
            var history = await silo.Service<IJournal>().ReadStreamAsync(JournalStream.OfOrder(order.Id), 0, Cancellation);
            orders.Add(Aggregate.Fold<OrderState, OrderEvent>(OrderState.Initial(order.Id), history));
        }

        var cancelled = OrderEvent.Codec.Encode(new OrderCancelled(WholeSilo.Customer, null), DateTimeOffset.UtcNow, null);
        await silo.Service<IJournal>().AppendAsync(new JournalAppend(JournalStream.OfOrder(orders[0].Id), orders[0].Version, [cancelled]));
        return (orders[0], orders[1], orders[2]);
    }

    /// <summary>Damages the first row of an order.</summary>
    /// <returns>Its position.</returns>
    private async Task<long> DamageAsync(Dictionary<string, string?> settings, string orderId, string damage)
    {
        await using System.Data.Common.DbConnection connection = settings["ConnectionStrings:Granary"] is { } database
            ? new NpgsqlConnection(database + ";Pooling=false")
            : new SqliteConnection($"Data Source={Path.Combine(_directory.FullName, "granary.db")};Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = $"UPDATE journal SET {damage} WHERE stream = '{JournalStream.OfOrder(orderId)}' AND version = 1 RETURNING position";
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
