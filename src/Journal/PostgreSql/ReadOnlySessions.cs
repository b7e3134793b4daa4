using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// Sessions that were opened while their database or role was set to <c>default_transaction_read_only</c>, or while their server was a
/// standby that has since become the primary. Such a session may stay read-only for as long as it lives.
/// </summary>
public static class ReadOnlySessions
{
    /// <summary>Closes the pooled connections, now or when they are returned, if a session refused to write.</summary>
    public static void ClearIfReadOnly(this NpgsqlDataSource dataSource, Exception fault)
    {
        if (fault is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction })
        {
            dataSource.Clear();
        }
    }
}
