using System.Security.Cryptography;
using Granary.Domain.Events;
using Granary.Journal;
using Granary.Journal.Sqlite;
using Granary.Streams.Views;
using Granary.Testing;
using Microsoft.Data.Sqlite;

namespace Granary.Silo.Tests.Journal;

/// <summary>The write-ahead log of every embedded database stays small, however long readers take.</summary>
public sealed class WriteAheadLogTests : IDisposable
{
    private const int Bytes = 1024 * 1024;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-log-tests-");

    /// <summary>The embedded databases.</summary>
    public enum Database
    {
        Journal,
        Views,
        Webhooks,
    }

    public static TheoryData<Database> Databases => [.. Enum.GetValues<Database>()];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string DatabaseFile => Path.Combine(_directory.FullName, "some.db");

    private long LogLength => new FileInfo(DatabaseFile + "-wal").Length;

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_log_that_grew_beside_a_long_reader_is_cut_back_when_the_reader_has_ended(Database kind)
    {
        await using var database = await OpenAsync(kind);
        await database.WriteAsync(1);
        await using (await ReadForLongAsync())
        {
            for (var written = 0L; written < 3 * SqliteFile.MostLog; written += Bytes)
            {
                await database.WriteAsync(Bytes);
            }

            Assert.True(LogLength > 2 * SqliteFile.MostLog, $"The reader keeps the log: {LogLength} bytes.");
        }

        // The first commit copies the log to the file, the second starts it over.
        await database.WriteAsync(1);
        await database.WriteAsync(1);

        Assert.InRange(LogLength, 0, SqliteFile.MostLog);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Readers_that_overlap_without_a_gap_do_not_keep_the_log(Database kind)
    {
        await using var database = await OpenAsync(kind);
        await database.WriteAsync(1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        // The next reader begins before the last one ends, so that there is always one.
        var reading = Task.Run(
            async () =>
            {
                var reader = await ReadForLongAsync();
                while (!stop.IsCancellationRequested)
                {
                    var next = await ReadForLongAsync();
                    await reader.DisposeAsync();
                    reader = next;
                }

                await reader.DisposeAsync();
            },
            Cancellation);
        var isCutBack = false;
        await Eventually.HoldsAsync(
            async () =>
            {
                var before = LogLength;
                await database.WriteAsync(Bytes);
                isCutBack |= LogLength < before && before > SqliteFile.MostLog / 2;
                return isCutBack;
            },
            "the log is started over beside readers",
            cancellation: Cancellation);
        await stop.CancelAsync();
        await reading;
    }

    /// <summary>A read transaction in another process or connection, such as a backup's; it lasts until it is disposed of.</summary>
    private async Task<SqliteConnection> ReadForLongAsync()
    {
        var reader = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False");
        await reader.OpenAsync(Cancellation);
        await using var command = new SqliteCommand("BEGIN; SELECT count(*) FROM schema_migrations", reader);
        await command.ExecuteScalarAsync(Cancellation);
        return reader;
    }

    private async Task<WrittenDatabase> OpenAsync(Database kind)
    {
        if (kind == Database.Journal)
        {
            var journal = new SqliteJournal(DatabaseFile, new JournalStoreOptions());
            await journal.InitializeAsync(Cancellation);
            return new WrittenDatabase(journal, async bytes =>
            {
                var noise = new JournalEvent("order.noted", RandomNumberGenerator.GetBytes(bytes), DateTimeOffset.UtcNow);
                Assert.All(await journal.AppendAsync(new JournalAppend(Appends.NewStream(), 0, [noise])), Assert.Null);
            });
        }

        var schema = kind == Database.Views ? "SqliteViews" : "SqliteWebhooks";
        var views = new SqliteViews(DatabaseFile, schema, durable: kind == Database.Webhooks);
        await views.MigrateAsync(Cancellation);
        return new WrittenDatabase(views, bytes => views.WriteAsync(
            (connection, cancellation) => connection
                .Command("CREATE TABLE IF NOT EXISTS noise (bytes BLOB); INSERT INTO noise VALUES (@bytes)", ("bytes", RandomNumberGenerator.GetBytes(bytes)))
                .ExecuteAsync(cancellation),
            Cancellation));
    }

    private sealed class WrittenDatabase(IAsyncDisposable database, Func<int, Task> write) : IAsyncDisposable
    {
        public Task WriteAsync(int bytes) => write(bytes);

        public ValueTask DisposeAsync() => database.DisposeAsync();
    }
}
