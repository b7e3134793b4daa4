using System.Data.Common;
using Granary.Domain.Events;

namespace Granary.Journal;

/// <summary>Reads a row of the journal, which has the same columns in every store but for the form of its time.</summary>
internal static class JournalRow
{
    /// <summary>The column of the time.</summary>
    public const int At = 5;

    /// <param name="reader">At the row: position, stream, version, type, payload, time, trace.</param>
    /// <param name="at">Its time; null where it cannot be read.</param>
    /// <param name="damage">Why not.</param>
    public static JournalRecord Record(this DbDataReader reader, DateTimeOffset? at, string? damage) => new(
        reader.GetInt64(0),
        reader.GetString(1),
        reader.GetInt64(2),
        reader.GetString(3),
        reader.GetFieldValue<byte[]>(4),
        at ?? DateTimeOffset.UnixEpoch,
        reader.IsDBNull(6) ? null : reader.GetString(6),
        damage);
}
