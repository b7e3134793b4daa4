namespace Granary.Journal;

/// <summary>The stores of the journal's databases, in the order of their numbers; one where the journal has one database.</summary>
public sealed class JournalStores(params IReadOnlyList<IJournalStore> all)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<IJournalStore> All => all;
}
