using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Orders.Index;
using Granary.Streams;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Granary.Silo.Tests.Streams;

/// <summary>A transaction that has written and stays open, in another database of the PostgreSQL server.</summary>
public sealed class HeldBackTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private string _database = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // A server of its own: the transaction holds back the readers of every database.
    public async ValueTask InitializeAsync() => _server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_forgotten_transaction_is_named_and_overdue_orders_expire_in_spite_of_it()
    {
        await using var silo = await StartAsync();
        await silo.OpenAsync(stock: 3);
        var metrics = silo.Service<StreamMetrics>();
        var listed = await silo.PlaceAsync();
        await Eventually.HoldsAsync(async () => (await silo.Index.ReadAsync([listed.Id], Cancellation)).Count == 1, "the index follows", cancellation: Cancellation);
        await using (var forgotten = await ForgetTransactionAsync())
        {
            await silo.PlaceAsync(TimeSpan.FromHours(1));
            var order = await silo.PlaceAsync();

            await Eventually.HoldsAsync(
                async () => (await silo.Grains.GetGrain<IStockGrain>(WholeSilo.Sku).GetLevel()).Level is { Available: 2 },
                "both orders that are due have expired, and the one between them has not",
                cancellation: Cancellation);

            Assert.Empty(await silo.Index.ReadAsync([order.Id], Cancellation));
            await Eventually.HoldsAsync(() => silo.Service<HeldBack>().Current is not null, "the transaction is found", cancellation: Cancellation);
            Assert.True(metrics.LagOf(OrderIndexConsumer.Name) > 0);
            var entry = (await silo.Service<HealthCheckService>().CheckHealthAsync(Cancellation)).Entries["streams"];
            Assert.Equal(HealthStatus.Degraded, entry.Status);
            foreach (var part in (string[])[$"session {forgotten.ProcessID} ", "(nightly report, database ", ", open for 00:0"])
            {
                Assert.Contains(part, entry.Description!, StringComparison.Ordinal);
            }
        }

        await Eventually.HoldsAsync(() => silo.Service<HeldBack>().Current is null, "nothing is held back", cancellation: Cancellation);
        await UntilExpiredInIndexAsync(silo, except: 1);
        await Eventually.HoldsAsync(() => metrics.LagOf(OrderIndexConsumer.Name) == 0, "the consumers have caught up", cancellation: Cancellation);
        Assert.Equal(
            HealthStatus.Healthy, (await silo.Service<HealthCheckService>().CheckHealthAsync(Cancellation)).Entries["streams"].Status);
    }

    [Fact]
    public async Task A_session_whose_transaction_is_open_for_longer_than_the_limit_is_ended()
    {
        await using var silo = await StartAsync(("Granary:Journal:EndTransactionsAfter", "00:00:06"));
        await silo.OpenAsync();
        await using var forgotten = await ForgetTransactionAsync();

        await silo.PlaceAsync();

        await UntilExpiredInIndexAsync(silo);
        await using var command = new NpgsqlCommand("SELECT 1", forgotten);
        var ended = await Assert.ThrowsAnyAsync<NpgsqlException>(() => command.ExecuteScalarAsync(Cancellation));
        Assert.Equal(PostgresErrorCodes.AdminShutdown, ended.SqlState);
    }

    [Fact]
    public async Task A_silo_whose_database_becomes_read_only_is_not_ready_until_it_is_writable_again()
    {
        await using var silo = await StartAsync(("Granary:Journal:RetryFor", "00:00:01"));
        await silo.OpenAsync();
        await StorageBecomesAsync(silo, HealthStatus.Healthy);
        await AdministerAsync("ALTER ROLE postgres SET default_transaction_read_only = on");
        await _server.KillBackendsAsync(_database);
        await StorageBecomesAsync(silo, HealthStatus.Unhealthy);
        await Assert.ThrowsAnyAsync<Exception>(silo.PlaceAsync);

        await AdministerAsync("ALTER ROLE postgres RESET default_transaction_read_only");

        await StorageBecomesAsync(silo, HealthStatus.Healthy);
        var order = await Eventually.SucceedsAsync(silo.PlaceAsync, _ => true);
        await Eventually.HoldsAsync(
            async () => (await silo.Index.ReadAsync([order.Id], Cancellation)) is [{ Status: OrderStatus.Expired }], "the views follow again", cancellation: Cancellation);
    }

    private static Task StorageBecomesAsync(WholeSilo silo, HealthStatus status) => Eventually.HoldsAsync(
        async () => (await silo.Service<HealthCheckService>().CheckHealthAsync(Cancellation)).Entries["storage"].Status == status,
        $"storage becomes {status}",
        cancellation: Cancellation);

    private static Task UntilExpiredInIndexAsync(WholeSilo silo, int except = 0) => Eventually.HoldsAsync(
        async () => (await silo.Index.ListAsync(new OrderQuery { Limit = 10 }, Cancellation)).Entries is { Count: > 0 } entries
            && entries.Count(entry => entry.Status != OrderStatus.Expired) == except,
        "the index has every order as expired",
        cancellation: Cancellation);

    /// <summary>A session that has begun to write and does nothing more. It ends when it is disposed of.</summary>
    private async Task<NpgsqlConnection> ForgetTransactionAsync()
    {
        var session = new NpgsqlConnection(await _server.CreateDatabaseAsync() + ";Pooling=false;Application Name=nightly report");
        await session.OpenAsync(Cancellation);
        await using var write = new NpgsqlCommand("BEGIN; CREATE TABLE report (line text)", session);
        await write.ExecuteNonQueryAsync(Cancellation);
        return session;
    }

    private async Task AdministerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database + ";Pooling=false;Options=-c default_transaction_read_only=off");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task<WholeSilo> StartAsync(params (string Key, string? Value)[] settings)
    {
        _database = await _server.CreateDatabaseAsync();
        var configuration = settings.ToDictionary(setting => setting.Key, setting => setting.Value);
        configuration["Granary:Storage"] = "PostgreSql";
        configuration["ConnectionStrings:Granary"] = _database;
        configuration["Granary:Orders:PaymentTimeout"] = "00:00:01";
        return await WholeSilo.StartAsync(configuration, Cancellation);
    }
}
