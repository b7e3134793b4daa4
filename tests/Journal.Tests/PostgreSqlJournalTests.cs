using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Journal.Tests;

public sealed class PostgreSqlJournalTests(SharedPostgres postgres) : JournalContract
{
    private readonly List<NpgsqlDataSource> _sources = [];
    private string _database = "";

    public override async ValueTask InitializeAsync()
    {
        _database = await postgres.Server.CreateDatabaseAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_reader_waits_for_a_transaction_that_may_still_place_events_before_others()
    {
        await Store.AppendAsync(Given.Append("order/before", 0));
        await using var slow = await OpenConnectionAsync();
        await using var transaction = await slow.BeginTransactionAsync(Cancellation);
        // It has its transaction id, and with it its place in the order, but writes only after others have committed.
        await ExecuteAsync(slow, "SELECT pg_current_xact_id()");
        await Store.AppendAsync(Given.Append("order/during", 0));

        var meanwhile = await Store.ReadEverythingAsync(1, Cancellation);
        await ExecuteAsync(slow, InsertSlow);
        var stillOpen = await Store.ReadEverythingAsync(1, Cancellation);
        await transaction.CommitAsync(Cancellation);
        await Store.AppendAsync(Given.Append("order/after", 0));
        var later = await Store.ReadAllAsync(meanwhile[^1].Position, 10, Cancellation);

        Assert.Equal(["order/before"], meanwhile.Select(record => record.Stream));
        Assert.Equal(["order/before"], stillOpen.Select(record => record.Stream));
        Assert.Equal(["order/slow", "order/during", "order/after"], later.Select(record => record.Stream));
    }

    [Fact]
    public async Task Positions_go_on_growing_where_transaction_ids_start_anew()
    {
        // As after restoring a dump into a new cluster: the rows come from transactions that this one has yet to reach.
        await using var connection = await OpenConnectionAsync();
        await ExecuteAsync(
            connection,
            """
            INSERT INTO journal (position, stream, version, type, payload, recorded_at, batch)
            VALUES (5000000000 << 20, 'order/restored', 1, 'order.noted', '{}', now(), 1)
            """);

        await Open().AppendAsync(Given.Append("order/new", 0));

        var all = await Store.ReadEverythingAsync(10, Cancellation);
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
        var append = Store.AppendAsync(Given.Append("order/slow", 0, events: 2), Given.Append("order/bystander", 0));
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
        await Store.AppendAsync(Given.Append("order/seen", 0));

        await using var connection = await OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SELECT payload ->> 'number' FROM journal_events WHERE stream = 'order/seen'", connection);

        Assert.Equal("1", await command.ExecuteScalarAsync(Cancellation));
    }

    protected override IJournalStore Create() => Create(_database);

    protected override async Task<EmptyDatabase> OpenEmptyAsync()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        return new EmptyDatabase(() => Create(database));
    }

    private const string InsertSlow =
        """
        INSERT INTO journal (position, stream, version, type, payload, recorded_at, batch)
        SELECT ((pg_current_xact_id()::text::bigint + xid_offset) << 20) + 1, 'order/slow', 1, 'order.noted', '{}', now(), 1
        FROM journal_epoch
        """;

    private PostgreSqlJournal Create(string database)
    {
        var source = NpgsqlDataSource.Create(database);
        lock (_sources)
        {
            _sources.Add(source);
        }

        return new PostgreSqlJournal(source, new JournalStoreOptions { CommandTimeout = TimeSpan.FromSeconds(60) }, NullLogger<PostgreSqlJournal>.Instance);
    }

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
        var connection = new NpgsqlConnection(_database + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
