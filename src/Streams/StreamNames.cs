using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Granary.Domain.Events;

namespace Granary.Streams;

/// <summary>
/// The names of the streams. Events of one grain keep their order because they share a partition. A partition of one namespace is
/// one Orleans stream, so a consumer of all events is one grain per partition and not one per order.
/// </summary>
public static class StreamNames
{
    /// <summary>The name of the stream provider.</summary>
    public const string Provider = "journal";

    /// <summary>The namespace of the events of orders.</summary>
    public const string Orders = "orders";

    /// <summary>The namespace of the events of stock items, including low-stock alerts.</summary>
    public const string Stock = "stock";

    /// <summary>
    /// The namespace of the events that the audit reads, whatever their stream. They are few: their consumers cost nothing while orders are
    /// placed.
    /// </summary>
    public const string Audited = "audited";

    /// <summary>
    /// The namespace of the events of payments with an external provider, and of the events of orders that such payments act on, however
    /// the order is paid: few of an order's life, and none while it is placed or paid.
    /// </summary>
    public const string Payments = "payments";

    /// <summary>All namespaces.</summary>
    public static readonly IReadOnlyList<string> Namespaces = [Orders, Stock, Audited, Payments];

    /// <summary>
    /// The namespace in which all events of a journal stream are published, or null if there is none. <see cref="Audited"/> and
    /// <see cref="Payments"/> have some of others besides.
    /// </summary>
    public static string? NamespaceOf(string journalStream) => JournalStream.KindOf(journalStream) switch
    {
        StreamKind.Order => Orders,
        StreamKind.Stock or StreamKind.StockAlert => Stock,
        StreamKind.Payment => Payments,
        StreamKind.User or StreamKind.ApiKeys or StreamKind.Reference or StreamKind.Settings or null => null,
    };

    /// <summary>The Orleans stream of a partition.</summary>
    public static StreamId StreamOf(string streamNamespace, int partition) =>
        StreamId.Create(streamNamespace, partition.ToString("00", CultureInfo.InvariantCulture));

    /// <summary>
    /// The partition of a journal stream: the same in every process and version. It depends on the part after the first slash.
    /// </summary>
    public static int PartitionOf(string journalStream, int partitions)
    {
        var key = journalStream.AsSpan(journalStream.IndexOf('/', StringComparison.Ordinal) + 1);
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(key.Length));
        try
        {
            var length = Encoding.UTF8.GetBytes(key, bytes);
            return (int)(XxHash32.HashToUInt32(bytes.AsSpan(0, length)) % (uint)partitions);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
