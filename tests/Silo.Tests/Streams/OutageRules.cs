using System.Net.Sockets;
using Granary.Streams.Views;
using Microsoft.Data.Sqlite;
using Npgsql;
using static SQLitePCL.raw;

namespace Granary.Silo.Tests.Streams;

/// <summary>Which faults are about the data, so that an event may be set aside for them.</summary>
public sealed class OutageRules
{
    [Theory]
    [InlineData(SQLITE_CONSTRAINT)]
    [InlineData(SQLITE_MISMATCH)]
    [InlineData(SQLITE_TOOBIG)]
    [InlineData(SQLITE_RANGE)]
    public void SQLite_blames_the_row(int code) => Assert.False(Outage.Is(new SqliteException("refused", code)));

    [Theory]
    [InlineData(SQLITE_ERROR)]
    [InlineData(SQLITE_INTERNAL)]
    [InlineData(SQLITE_PERM)]
    [InlineData(SQLITE_ABORT)]
    [InlineData(SQLITE_BUSY)]
    [InlineData(SQLITE_LOCKED)]
    [InlineData(SQLITE_NOMEM)]
    [InlineData(SQLITE_READONLY)]
    [InlineData(SQLITE_INTERRUPT)]
    [InlineData(SQLITE_IOERR)]
    [InlineData(SQLITE_CORRUPT)]
    [InlineData(SQLITE_FULL)]
    [InlineData(SQLITE_CANTOPEN)]
    [InlineData(SQLITE_PROTOCOL)]
    [InlineData(SQLITE_SCHEMA)]
    [InlineData(SQLITE_MISUSE)]
    [InlineData(SQLITE_NOLFS)]
    [InlineData(SQLITE_AUTH)]
    [InlineData(SQLITE_NOTADB)]
    public void SQLite_blames_the_file_or_the_machine(int code) => Assert.True(Outage.Is(new SqliteException("failed", code)));

    [Theory]
    [InlineData(PostgresErrorCodes.UniqueViolation)]
    [InlineData(PostgresErrorCodes.ForeignKeyViolation)]
    [InlineData(PostgresErrorCodes.NumericValueOutOfRange)]
    [InlineData(PostgresErrorCodes.CharacterNotInRepertoire)]
    [InlineData(PostgresErrorCodes.CardinalityViolation)]
    [InlineData(PostgresErrorCodes.ProgramLimitExceeded)]
    public void PostgreSQL_blames_the_row(string state) => Assert.False(Outage.Is(Answer(state)));

    [Theory]
    [InlineData(PostgresErrorCodes.DiskFull)]
    [InlineData(PostgresErrorCodes.OutOfMemory)]
    [InlineData(PostgresErrorCodes.TooManyConnections)]
    [InlineData(PostgresErrorCodes.ReadOnlySqlTransaction)]
    [InlineData(PostgresErrorCodes.AdminShutdown)]
    [InlineData(PostgresErrorCodes.CrashShutdown)]
    [InlineData(PostgresErrorCodes.CannotConnectNow)]
    [InlineData(PostgresErrorCodes.QueryCanceled)]
    [InlineData(PostgresErrorCodes.LockNotAvailable)]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    [InlineData(PostgresErrorCodes.SerializationFailure)]
    [InlineData(PostgresErrorCodes.InvalidPassword)]
    [InlineData(PostgresErrorCodes.InvalidCatalogName)]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege)]
    [InlineData(PostgresErrorCodes.UndefinedTable)]
    [InlineData(PostgresErrorCodes.IoError)]
    [InlineData(PostgresErrorCodes.DataCorrupted)]
    public void PostgreSQL_blames_the_server_or_the_session(string state) => Assert.True(Outage.Is(Answer(state)));

    [Fact]
    public void A_lost_connection_is_an_outage_and_a_bug_is_none()
    {
        Exception[] outages =
            [new NpgsqlException("The connection broke."), new SocketException(), new IOException(), new TimeoutException(), new OperationCanceledException()];
        Exception[] bugs = [new InvalidOperationException(), new FormatException(), new InvalidCastException()];

        Assert.All(outages, fault => Assert.True(Outage.Is(fault)));
        Assert.All(bugs, fault => Assert.False(Outage.Is(fault)));
    }

    private static PostgresException Answer(string state) => new("answer", "ERROR", "ERROR", state);
}
