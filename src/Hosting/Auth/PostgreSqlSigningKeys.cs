using Npgsql;

namespace Granary.Hosting.Auth;

/// <summary>Keys in the database shared by the front ends of a cluster.</summary>
public sealed class PostgreSqlSigningKeys(NpgsqlDataSource database) : ISigningKeyStore
{
    // The table is created under the lock: "if not exists" alone is not safe when two processes start at once.
    private const string Lock = """
        select pg_advisory_xact_lock(hashtext('granary.signing_key'));
        """;

    private const string Create = """
        create table if not exists signing_key (
            id text primary key,
            secret bytea not null,
            created_at timestamptz not null
        );
        """;

    private const string Read = "select id, secret, created_at from signing_key order by created_at";

    /// <inheritdoc/>
    public bool IsFixed => false;

    /// <inheritdoc/>
    public string Place
    {
        get
        {
            var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            return $"the table signing_key of database {server.Database} on {server.Host}:{server.Port}";
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SigningKey>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            return await ReadAsync(connection, cancellationToken);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // The database is new: the first change creates the table.
            return [];
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SigningKey>> ChangeAsync(
        Func<IReadOnlyList<SigningKey>, IReadOnlyList<SigningKey>> change, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(Lock);
        await ExecuteAsync(Create);
        var before = await ReadAsync(connection, cancellationToken);
        var after = change(before);
        foreach (var key in before.Except(after))
        {
            await ExecuteAsync("delete from signing_key where id = $1", key.Id);
        }

        foreach (var key in after.Except(before))
        {
            await ExecuteAsync("insert into signing_key (id, secret, created_at) values ($1, $2, $3)",
                key.Id, key.Secret, key.CreatedAt);
        }

        await transaction.CommitAsync(cancellationToken);
        return after;

        async Task ExecuteAsync(string sql, params object[] values)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            foreach (var value in values)
            {
                command.Parameters.AddWithValue(value);
            }

            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<SigningKey>> ReadAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Read, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<SigningKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(new SigningKey(
                reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return keys;
    }
}
