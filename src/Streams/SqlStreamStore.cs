using System.Data.Common;
using Granary.Streams.Views;

namespace Granary.Streams;

/// <summary>
/// Stores checkpoints and dead letters beside the views, so that after a failure a view and its consumer's checkpoint are at the
/// same state.
/// </summary>
public sealed class SqlStreamStore(IViewDatabase database) : IStreamStore
{
    private const string SelectLetters =
        "SELECT consumer, partition, position, stream, version, type, error, attempts, at FROM dead_letter";

    private const string UpsertLetter = """
        INSERT INTO dead_letter (consumer, position, partition, stream, version, type, error, attempts, at)
        VALUES (@consumer, @position, @partition, @stream, @version, @type, @error, @attempts, @at)
        ON CONFLICT (consumer, position)
        DO UPDATE SET error = excluded.error, at = excluded.at, attempts = dead_letter.attempts + excluded.attempts
        """;

    /// <inheritdoc/>
    public Task<long> ReadCheckpointAsync(string consumer, int partition, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) =>
        {
            var command = connection.Command(
                "SELECT position FROM stream_checkpoint WHERE consumer = @consumer AND partition = @partition",
                ("consumer", consumer),
                ("partition", partition));
            return (await command.QueryAsync(row => row.GetInt64(0), cancellation)).SingleOrDefault();
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamCheckpoint>> ReadCheckpointsAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) =>
        {
            var command = connection.Command("SELECT consumer, partition, position FROM stream_checkpoint ORDER BY consumer, partition");
            return (IReadOnlyList<StreamCheckpoint>)await command.QueryAsync(
                row => new StreamCheckpoint(row.GetString(0), row.GetInt32(1), row.GetInt64(2)), cancellation);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task SaveCheckpointAsync(StreamCheckpoint checkpoint, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, cancellation) => connection.Command(
            """
            INSERT INTO stream_checkpoint (consumer, partition, position) VALUES (@consumer, @partition, @position)
            ON CONFLICT (consumer, partition) DO UPDATE SET position = excluded.position
            """,
            ("consumer", checkpoint.Consumer),
            ("partition", checkpoint.Partition),
            ("position", checkpoint.Position)).ExecuteAsync(cancellation),
        cancellationToken);

    /// <inheritdoc/>
    public Task AddDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, cancellation) =>
        {
            foreach (var letter in letters)
            {
                await connection.Command(
                    UpsertLetter,
                    ("consumer", letter.Consumer),
                    ("position", letter.Position),
                    ("partition", letter.Partition),
                    ("stream", letter.Stream),
                    ("version", letter.Version),
                    ("type", letter.Type),
                    ("error", letter.Error),
                    ("attempts", letter.Attempts),
                    ("at", letter.At.ToMicroseconds())).ExecuteAsync(cancellation);
            }

            return letters.Count;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(
        string? consumer, int limit, CancellationToken cancellationToken, (string Consumer, long Position)? after = null) => database.ReadAsync(
        async (connection, cancellation) =>
        {
            var (last, position) = after ?? ("", 0);
            var command = consumer is null
                ? connection.Command(
                    $"{SelectLetters} WHERE (position, consumer) > (@position, @last) ORDER BY position, consumer LIMIT @limit",
                    ("position", position),
                    ("last", last),
                    ("limit", limit))
                : connection.Command(
                    $"{SelectLetters} WHERE consumer = @consumer AND position > @position ORDER BY position LIMIT @limit",
                    ("consumer", consumer),
                    ("position", position),
                    ("limit", limit));
            return (IReadOnlyList<DeadLetter>)await command.QueryAsync(Letter, cancellation);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<DeadLetter?> FindDeadLetterAsync(string consumer, long position, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) => (await connection.Command(
            $"{SelectLetters} WHERE consumer = @consumer AND position = @position", ("consumer", consumer), ("position", position))
            .QueryAsync(Letter, cancellation)).SingleOrDefault(),
        cancellationToken);

    /// <inheritdoc/>
    public Task RemoveDeadLetterAsync(string consumer, long position, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, cancellation) => connection.Command(
            "DELETE FROM dead_letter WHERE consumer = @consumer AND position = @position",
            ("consumer", consumer),
            ("position", position)).ExecuteAsync(cancellation),
        cancellationToken);

    private static DeadLetter Letter(DbDataReader row) => new(
        row.GetString(0),
        row.GetInt32(1),
        row.GetInt64(2),
        row.GetString(3),
        row.GetInt64(4),
        row.GetString(5),
        row.GetString(6),
        row.GetInt32(7),
        ViewStatements.FromMicroseconds(row.GetInt64(8)));
}
