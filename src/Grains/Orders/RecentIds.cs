namespace Granary.Grains.Orders;

/// <summary>
/// Remembers the hashes of ids in a table of fixed size, in which a newer id replaces an older one in the same slot (a
/// direct-mapped cache). It creates no garbage and takes no lock. It may have forgotten an id, and about once in 65,000 times it
/// takes an unknown id for a known one. So a caller must verify the answer; the table only says whether a look-up is worthwhile.
/// </summary>
internal sealed class RecentIds
{
    private const int Slots = 65_536;

    private readonly int[] _hashes = new int[Slots];

    /// <summary>Remembers an id.</summary>
    public void Add(string id)
    {
        var hash = HashOf(id);
        Volatile.Write(ref _hashes[SlotOf(hash)], hash);
    }

    /// <summary>Whether the id was probably added.</summary>
    public bool MayContain(string id)
    {
        var hash = HashOf(id);
        return Volatile.Read(ref _hashes[SlotOf(hash)]) == hash;
    }

    private static int SlotOf(int hash) => (int)((uint)hash % Slots);

    // 0 is an empty slot.
    private static int HashOf(string id) => string.GetHashCode(id, StringComparison.Ordinal) is var hash and not 0 ? hash : 1;
}
