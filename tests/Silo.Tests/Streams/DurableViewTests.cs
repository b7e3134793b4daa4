using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Orders.Index;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Streams;
using Granary.Streams.Views;
using Granary.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Silo.Tests.Streams;

/// <summary>
/// A consumer remembers its position while PostgreSQL restarts, so it never asks again for events that it has processed: what they
/// changed must survive a crash of the server.
/// </summary>
public sealed class DurableViewTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_crash_of_the_server_takes_back_no_write_that_was_acknowledged()
    {
        await using var server = await PostgresServer.StartAsync();
        var database = await server.CreateDatabaseAsync();
        await PrepareAsync(database);
        var at = ViewStatements.FromMicroseconds(1_000_000);
        var entry = new OrderIndexEntry("order-1", "user-1", OrderStatus.Pending, 100, at, at, null, 1);
        var letter = new DeadLetter("consumer", 0, 7, "order/order-1", 1, "order.test", "an error", 1, at);
        await using var servers = new PostgreSqlServers(database);
        await using (var views = new PostgreSqlViews(servers))
        {
            using var index = new OrderIndex(views);
            await index.UpsertAsync([entry], Cancellation);
            await new SqlStreamStore(views).AddDeadLettersAsync([letter], Cancellation);
            await server.RestartAsync(immediate: true);
        }

        await using var after = new PostgreSqlViews(servers);
        using var survived = new OrderIndex(after);
        Assert.Equal(entry, Assert.Single(await survived.ReadAsync(["order-1"], Cancellation)));
        Assert.Equal(letter, Assert.Single(await new SqlStreamStore(after).ReadDeadLettersAsync("consumer", 10, Cancellation)));
    }

    /// <summary>Creates the tables. The server then writes its log only when a commit waits for it, not in the background.</summary>
    private static async Task PrepareAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var journal = new PostgreSqlJournal(source, new JournalStoreOptions(), NullLogger<PostgreSqlJournal>.Instance);
        await journal.InitializeAsync(Cancellation);
        foreach (var statement in new[] { "ALTER SYSTEM SET wal_writer_delay = '10s'", "SELECT pg_reload_conf()", "CHECKPOINT" })
        {
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }
}
