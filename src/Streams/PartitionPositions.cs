using System.Globalization;
using System.Text;

namespace Granary.Streams;

/// <summary>
/// How far a reader of all streams has come: a position in each partition. Positions are compared only within a partition, so this stays
/// right where the journal has several databases, and when a partition moves from one to another.
/// </summary>
/// <remarks>
/// The text is a number where all partitions are at one position, as always where the journal has one database. Otherwise each
/// position stands with the set of its partitions, as a hexadecimal mask: <c>123-5555_456-aaaa</c>.
/// </remarks>
public sealed class PartitionPositions : IEquatable<PartitionPositions>
{
    private readonly long[] _positions;

    private PartitionPositions(long[] positions) => _positions = positions;

    /// <summary>The number of partitions.</summary>
    public int Count => _positions.Length;

    /// <summary>All partitions at one position.</summary>
    public static PartitionPositions At(long position, int partitions)
    {
        var positions = new long[partitions];
        Array.Fill(positions, position);
        return new PartitionPositions(positions);
    }

    /// <summary>A position for each partition.</summary>
    public static PartitionPositions Of(int partitions, Func<int, long> position) => new([.. Enumerable.Range(0, partitions).Select(position)]);

    /// <summary>The position in a partition.</summary>
    public long Of(int partition) => _positions[partition];

    /// <summary>Whether an event lies behind.</summary>
    /// <param name="stream">Its journal stream.</param>
    /// <param name="position">Its position.</param>
    public bool IsBefore(string stream, long position) => position > _positions[StreamNames.PartitionOf(stream, Count)];

    /// <summary>The same, with some partitions moved on to a position; those that are beyond it stay.</summary>
    /// <param name="partitions">Whether a partition moves.</param>
    /// <param name="position">The position.</param>
    public PartitionPositions MovedTo(Func<int, bool> partitions, long position)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        return new PartitionPositions([.. _positions.Select((at, partition) => partitions(partition) ? Math.Max(at, position) : at)]);
    }

    /// <summary>Reads a text.</summary>
    /// <returns>Null where it is not exactly the text of positions in so many partitions.</returns>
    public static PartitionPositions? Parse(string text, int partitions)
    {
        ArgumentNullException.ThrowIfNull(text);
        var read = IsNumber(text, out var position) ? At(position, partitions) : Parse(text);
        return read?.Count == partitions && read.ToString() == text ? read : null;
    }

    /// <summary>Reads a text that names the partitions.</summary>
    /// <returns>Null where it does not.</returns>
    public static PartitionPositions? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var positions = new SortedDictionary<int, long>();
        foreach (var part in text.Split('_'))
        {
            if (part.Split('-') is not [var number, var mask]
                || !IsNumber(number, out var position)
                || !UInt128.TryParse(mask, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var set))
            {
                return null;
            }

            for (var partition = 0; partition < StreamSettings.MostPartitions; partition++)
            {
                if ((set & (UInt128.One << partition)) != 0)
                {
                    positions[partition] = position;
                }
            }
        }

        return positions.Count > 0 && positions.Keys.Last() == positions.Count - 1 ? new PartitionPositions([.. positions.Values]) : null;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        if (_positions.All(position => position == _positions[0]))
        {
            return _positions[0].ToString(CultureInfo.InvariantCulture);
        }

        var text = new StringBuilder();
        foreach (var group in _positions.Index().GroupBy(place => place.Item, place => place.Index).OrderBy(group => group.Key))
        {
            var set = group.Aggregate(UInt128.Zero, (mask, partition) => mask | (UInt128.One << partition));
            text.Append(text.Length > 0 ? "_" : "").Append(CultureInfo.InvariantCulture, $"{group.Key}-{set:x}");
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public bool Equals(PartitionPositions? other) => other is not null && _positions.AsSpan().SequenceEqual(other._positions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PartitionPositions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_positions.Length, _positions[0], _positions[^1]);

    private static bool IsNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
