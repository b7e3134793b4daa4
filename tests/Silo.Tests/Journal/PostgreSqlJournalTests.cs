using Granary.Domain.Events;
using Granary.Grains.Interfaces;
using Granary.Journal.PostgreSql;
using Granary.Journal;
using Granary.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Silo.Tests.Journal;

public sealed class PostgreSqlJournalTests(SharedPostgres postgres) : PostgreSqlJournalContract(postgres, database: 0)
{
    private const int Batches = 150;

    [Fact]
    public async Task A_reader_waits_for_a_transaction_that_may_still_insert_events_before_others()
    {
        await Store.AppendAsync(Appends.To("order/before", 0));
        await using var slow = await OpenConnectionAsync();
        await using var transaction = await slow.BeginTransactionAsync(Cancellation);
        // It has its transaction id, and so its place in the order, but writes only after others have committed.
        await ExecuteAsync(slow, "SELECT pg_current_xact_id()");
        await Store.AppendAsync(Appends.To("order/during", 0));

        var meanwhile = await Store.ReadAsync(1, page: 1, Cancellation);
        await ExecuteAsync(slow, InsertSlow);
        var stillOpen = await Store.ReadEverythingAsync(1, Cancellation);
        await transaction.CommitAsync(Cancellation);
        await Store.AppendAsync(Appends.To("order/after", 0));

        // Transactions of other tests on this server hold readers back for a moment, too.
        IReadOnlyList<JournalRecord> later = [];
        await Eventually.HoldsAsync(
            async () => (later = await Store.ReadAllAsync(meanwhile[^1].Position, 10, Cancellation)).Count >= 3, "all three are read", cancellation: Cancellation);

        Assert.Equal(["order/before"], meanwhile.Select(record => record.Stream));
        Assert.Equal(["order/before"], stillOpen.Select(record => record.Stream));
        Assert.Equal(["order/slow", "order/during", "order/after"], later.Select(record => record.Stream));
    }

    [Fact]
    public async Task A_reader_gets_the_events_of_its_own_and_of_other_processes_in_one_order()
    {
        var (one, other) = (Open(), Open());
        const int Events = 2 * Batches * 3;
        var read = Task.WhenAll(one.ReadAsync(Events, page: 64, Cancellation), other.ReadAsync(Events, page: 64, Cancellation));
        await Task.WhenAll(AppendManyAsync(one, "one"), AppendManyAsync(other, "other"));
        var followed = await read;

        // A store that has written nothing reads everything from the database.
        var all = await Open().ReadAsync(Events, page: 1_000, Cancellation);
        Assert.All(followed, records => Assert.Equal(all.Select(Comparable), records.Select(Comparable)));
    }

    [Fact]
    public async Task A_reader_far_behind_gets_events_that_are_no_longer_in_memory()
    {
        var writer = Open();
        await AppendManyAsync(writer, "order");
        var first = await writer.ReadAsync(Batches * 3, page: 7, Cancellation);

        // Everything was taken from memory once, and is now read again from the beginning.
        var again = await writer.ReadAsync(Batches * 3, page: 1_000, Cancellation);

        Assert.Equal(first.Select(Comparable), again.Select(Comparable));
    }

    [Fact]
    public async Task Restored_events_are_read_to_the_end_before_any_append()
    {
        await Store.AppendAsync(Appends.To("order/earlier", 0));
        await RestoreAsync();

        var all = await Store.ReadAsync(2, page: 10, Cancellation);
        Assert.Equal(["order/earlier", "order/restored"], all.Select(record => record.Stream));
        Assert.Equal(all[^1].Position, await Store.ReadEndAsync(Cancellation));
    }

    [Fact]
    public async Task Positions_keep_growing_when_transaction_ids_restart()
    {
        await RestoreAsync();

        await Open().AppendAsync(Appends.To("order/new", 0));

        var all = await Store.ReadAsync(2, page: 10, Cancellation);
        Assert.Equal(["order/restored", "order/new"], all.Select(record => record.Stream));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_append_at_a_version_in_doubt_waits_for_the_transaction_that_holds_it(bool commits)
    {
        await using var other = await OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(other, InsertSlow);
        var append = Store.AppendAsync(Appends.To("order/slow", 0, events: 2), Appends.To("order/bystander", 0));
        await WaitForBlockedAsync();

        await (commits ? transaction.CommitAsync(Cancellation) : transaction.RollbackAsync(Cancellation));

        var outcomes = await append;
        Assert.Equal(commits, outcomes[0] is VersionConflictException);
        Assert.Equal(commits, outcomes[0] is not null);
        Assert.Null(outcomes[1]);
        Assert.Equal(commits ? 1 : 2, (await Store.ReadStreamAsync("order/slow", 0, Cancellation)).Count);
    }

    [Fact]
    public async Task The_view_shows_payloads_as_json()
    {
        await Store.AppendAsync(Appends.To("order/seen", 0));

        await using var connection = await OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SELECT payload ->> 'number' FROM journal_events WHERE stream = 'order/seen'", connection);

        Assert.Equal("1", await command.ExecuteScalarAsync(Cancellation));
    }

    /// <summary>
    /// As after restoring a dump into a new server: the row comes from a transaction id that this server has not reached.
    /// </summary>
    private async Task RestoreAsync()
    {
        await using var connection = await OpenConnectionAsync();
        await ExecuteAsync(
            connection,
            """
            INSERT INTO journal (position, stream, version, type, payload, recorded_at, batch)
            VALUES (5000000000 << 20, 'order/restored', 1, 'order.noted', '{}', now(), 1)
            """);
    }

    private const string InsertSlow =
        """
        INSERT INTO journal (position, stream, version, type, payload, recorded_at, batch)
        SELECT ((pg_current_xact_id()::text::bigint + xid_offset) << 20) + 1, 'order/slow', 1, 'order.noted', '{}', now(), 1
        FROM journal_epoch
        """;

    private Task WaitForBlockedAsync() => Testing.Eventually.HoldsAsync(
        async () =>
        {
            await using var connection = await OpenConnectionAsync();
            await using var command = new NpgsqlCommand(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", connection);
            return (long)(await command.ExecuteScalarAsync(Cancellation))! == 1;
        },
        "the append waits for the other transaction",
        cancellation: Cancellation);

    private async Task<NpgsqlConnection> OpenConnectionAsync()
    {
        var connection = new NpgsqlConnection(Database + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static (long Position, string Stream, long Version, string Type, string Payload, DateTimeOffset At) Comparable(JournalRecord record) =>
        (record.Position, record.Stream, record.Version, record.Type, System.Text.Encoding.UTF8.GetString(record.Payload.Span), record.At);

    private static async Task AppendManyAsync(IJournalStore store, string kind)
    {
        for (var i = 0; i < Batches; i++)
        {
            Assert.All(await store.AppendAsync(Appends.To(Appends.NewStream(kind), 0, events: 2), Appends.To(Appends.NewStream(kind), 0)), Assert.Null);
        }
    }
}
