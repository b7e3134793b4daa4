using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Granary.Api.Products.Cache;

/// <summary>
/// A set of texts that never denies a member and confirms a non-member only with a small probability, in a few bits per member
/// (B. H. Bloom, Space/Time Trade-offs in Hash Coding with Allowable Errors, CACM 13(7), 1970). For n members and a probability p
/// of a false positive it takes m = −n·ln p / (ln 2)² bits and k = m/n · ln 2 bits for each member. The k places are h₁ + i·h₂ of
/// two independent hashes, which costs no accuracy (A. Kirsch, M. Mitzenmacher, Less Hashing, Same Performance, 2006). It is
/// thread-safe.
/// </summary>
public sealed class BloomFilter
{
    private const int WordBits = 64;
    private readonly ulong[] _words;

    /// <param name="capacity">
    /// n: the number of members it is sized for, at least 1. With more members, false positives become more frequent.
    /// </param>
    /// <param name="falseRate">p: the probability of a false positive once it is full, between 0 and 1.</param>
    public BloomFilter(int capacity, double falseRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(falseRate, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(falseRate, 1);
        Capacity = capacity;
        var bits = -capacity * Math.Log(falseRate) / (Math.Log(2) * Math.Log(2));
        _words = new ulong[(long)Math.Ceiling(bits / WordBits)];
        Hashes = Math.Max(1, (int)Math.Round(bits / capacity * Math.Log(2)));
    }

    /// <summary>n: the number of members it is sized for.</summary>
    public int Capacity { get; }

    /// <summary>m: its size in bits, rounded up to whole words.</summary>
    public long Bits => (long)_words.Length * WordBits;

    /// <summary>k: the number of bits per member.</summary>
    public int Hashes { get; }

    /// <summary>Adds a member.</summary>
    public void Add(string member)
    {
        var (place, step) = Hash(member);
        for (var i = 0; i < Hashes; i++, place += step)
        {
            var bit = place % (ulong)Bits;
            Interlocked.Or(ref _words[bit / WordBits], 1UL << (int)(bit % WordBits));
        }
    }

    /// <summary>Whether the text may be a member; false is certain.</summary>
    public bool MayContain(string text)
    {
        var (place, step) = Hash(text);
        for (var i = 0; i < Hashes; i++, place += step)
        {
            var bit = place % (ulong)Bits;
            if ((Volatile.Read(ref _words[bit / WordBits]) & (1UL << (int)(bit % WordBits))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static (ulong Place, ulong Step) Hash(string text)
    {
        var hash = XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text.AsSpan()));

        // An even step could visit only a few places or, if it is 0, only one.
        return ((ulong)hash, (ulong)(hash >> WordBits) | 1);
    }
}
