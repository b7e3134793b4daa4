using Granary.Grains.Interfaces;

namespace Granary.Domain.Events;

/// <summary>
/// An event of the journal cannot be read, or is not what its stream allows. Its stream ends before it; nothing else is affected.
/// </summary>
[GenerateSerializer, Alias("granary.damaged-record")]
public sealed class DamagedRecordException : DamagedDataException
{
    /// <param name="record">The event.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <param name="cause">The fault that it caused, if any.</param>
    public DamagedRecordException(JournalRecord record, string reason, Exception? cause = null)
        : base(TextOf(record, reason), cause)
    {
    }

    private static string TextOf(JournalRecord record, string reason)
    {
        ArgumentNullException.ThrowIfNull(record);
        return $"The journal is damaged at position {record.Position}, {record.Stream} version {record.Version} ({record.Type}): {reason}";
    }
}
