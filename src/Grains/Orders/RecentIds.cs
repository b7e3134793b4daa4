namespace Granary.Grains.Orders;

/// <summary>
/// Remembers the hashes of ids in a table of fixed size, in which a newer id takes the place of an older one that shares its slot
/// (a direct-mapped cache). It costs no garbage and no lock. It may have forgotten an id, and once in some 65,000 times it takes an
/// unknown one for known: whoever asks must look for himself, and has only been told whether that is worth it.
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
