using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Reading;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;

namespace Granary.Api.Reading;

/// <summary>
/// The headers of reading what one has written: the answer to a write says where the write stands, a read demands that, and says where it was
/// read. See <c>docs/replica-reads.md</c>.
/// </summary>
public static class Positions
{
    /// <summary>The header with the position of a write.</summary>
    public const string Header = "Granary-Position";

    /// <summary>The header with the positions that an answer must have.</summary>
    public const string MinHeader = "Granary-Min-Position";

    /// <summary>The header that says where an answer was read.</summary>
    public const string ReadFromHeader = "Granary-Read-From";

    /// <summary>Positions that one request may demand.</summary>
    private const int Most = 16;

    private static readonly string Form =
        $"must be a {Header} of an earlier answer, or up to {Most} of them, separated by commas";

    private static readonly RequestHeader Demanded = new(
        MinHeader,
        $"A {Header} of an earlier answer, or up to {Most} of them, separated by commas: the answer is at least as new as these writes.");

    /// <summary>Says where the write of an order stands.</summary>
    public static void Tell(HttpContext http, Order order) => Tell(http, PositionKind.Order, order.Id, order.Version);

    /// <summary>Says where the write of a product stands.</summary>
    public static void Tell(HttpContext http, Product product) => Tell(http, PositionKind.Stock, product.Sku, product.Version);

    /// <summary>Says where the write of a stock level stands.</summary>
    public static void Tell(HttpContext http, StockLevel level) => Tell(http, PositionKind.Stock, level.Sku, level.Version);

    /// <summary>Says where the write of a payment stands.</summary>
    public static void Tell(HttpContext http, Payment payment) => Tell(http, PositionKind.Payment, payment.Id, payment.Version);

    /// <summary>Says where the write of a user stands.</summary>
    public static void Tell(HttpContext http, User user) => Tell(http, PositionKind.User, user.Id, user.Version);

    /// <summary>The positions that a read demands.</summary>
    public static ReadDemand DemandOf(HttpRequest request, Validation validation)
    {
        var headers = request.Headers[MinHeader];
        if (headers.Count == 0)
        {
            return ReadDemand.None;
        }

        var positions = new List<StreamPosition>();
        foreach (var text in headers.SelectMany(header => (header ?? "").Split(',')))
        {
            if (positions.Count == Most || !StreamPosition.TryParse(text.Trim(), out var position))
            {
                validation.Add(MinHeader, Form);
                return ReadDemand.None;
            }

            positions.Add(position);
        }

        return new ReadDemand(positions);
    }

    /// <summary>Says where an answer was read.</summary>
    /// <returns>The answer.</returns>
    public static T Told<T>(this Sourced<T> read, HttpContext http)
    {
        TellSource(http, read.From);
        return read.Value;
    }

    /// <summary>Says where an answer is read.</summary>
    public static void TellSource(HttpContext http, ReadSource source) => http.Response.Headers[ReadFromHeader] = Words.Of(source);

    /// <summary>Describes a read that demands positions.</summary>
    public static RouteHandlerBuilder TakesPositions(this RouteHandlerBuilder route) =>
        route.Reads(Demanded).Answers(ProblemTypes.Validation, ProblemTypes.PositionNotReached);

    /// <summary>Describes a list that may come from a replica, and demands positions.</summary>
    public static RouteHandlerBuilder IsListRead(this RouteHandlerBuilder route) => route.TakesPositions().Tells(new AnswerHeader(
        ReadFromHeader, "Where the answer was read: from the database that takes the writes, or from one that follows it.", Words.AllOf(typeof(ReadSource))));

    /// <summary>Describes a write whose answer says where it stands.</summary>
    public static RouteHandlerBuilder TellsPosition(this RouteHandlerBuilder route) =>
        route.Tells(new AnswerHeader(Header, $"Where the write stands; opaque. A read that has it as {MinHeader} is at least as new."));

    // Release 0.1.0 has stored answers under keys that do not tell their version.
    private static void Tell(HttpContext http, PositionKind kind, string key, long version) =>
        http.Response.Headers[Header] = new StreamPosition(kind, key, Math.Max(version, 1)).ToString();
}
