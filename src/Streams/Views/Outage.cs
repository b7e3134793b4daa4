using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;
using static SQLitePCL.raw;

namespace Granary.Streams.Views;

/// <summary>
/// Distinguishes a failure of the environment, after which the same work can succeed later, from a failure caused by the data.
/// </summary>
/// <remarks>
/// Both databases have many codes for faults of disks, files, locks, memory, sessions and rights, and new ones are added. Faults of a
/// row are few and known, so these are listed and every other database fault is an outage. A statement that does not fit the schema
/// is one, too: all statements are constants, so no value causes it, but a file or database without its tables does.
/// </remarks>
public static class Outage
{
    /// <summary>Classes of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) that concern a row.</summary>
    private static readonly string[] RowClasses =
    [
        "21", // cardinality violation: two values for one row
        "22", // data exception: a value outside its type
        "23", // integrity constraint violation
        "44", // WITH CHECK OPTION violation
        "54", // program limit exceeded: a row or an index entry is too large
        "P0", // raised by a trigger
    ];

    public static bool Is(Exception fault) => fault switch
    {
        SqliteException sqlite => !IsAboutRow(sqlite.SqliteErrorCode),
        PostgresException postgres => !Array.Exists(RowClasses, start => postgres.SqlState.StartsWith(start, StringComparison.Ordinal)),

        // Npgsql's own exceptions concern the connection.
        NpgsqlException => true,
        DbException other => other.IsTransient,
        TimeoutException or IOException or SocketException or OperationCanceledException => true,
        _ => false,
    };

    /// <summary>Whether a primary result code (https://www.sqlite.org/rescode.html) is about a row.</summary>
    private static bool IsAboutRow(int code) => code is SQLITE_CONSTRAINT or SQLITE_MISMATCH or SQLITE_TOOBIG or SQLITE_RANGE;
}
