namespace Granary.Journal;

/// <summary>
/// A position in PostgreSQL: the id of a transaction, and an ordinal of 20 bits within it. The ordinals of each database of a journal
/// begin at another number, so that no two databases give the same position.
/// </summary>
public static class JournalPosition
{
    /// <summary>The bits of the whole ordinal.</summary>
    private const int AllBits = 20;

    /// <summary>The bits of the ordinals of one database.</summary>
    private const int OwnBits = 16;

    /// <summary>The most databases that a journal can have.</summary>
    public const int MostDatabases = 1 << (AllBits - OwnBits);

    /// <summary>The number of the database that gave a position, where there are several.</summary>
    public static int DatabaseOf(long position) => (int)(position >> OwnBits) & (MostDatabases - 1);

    /// <summary>What the ordinals of a database are counted from.</summary>
    internal static long OrdinalsOf(int database) => (long)database << OwnBits;
}
