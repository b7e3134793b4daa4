using System.Diagnostics;

namespace Granary.Load.Account;

/// <summary>An order that the server has acknowledged.</summary>
/// <param name="Shopper">The buyer.</param>
/// <param name="Key">Its idempotency key.</param>
/// <param name="Items">What was ordered.</param>
/// <param name="Id">The id in the answer.</param>
/// <param name="CreatedAt">The time in the answer.</param>
/// <param name="Total">The total in the answer, in minor units.</param>
public sealed record AcknowledgedOrder(Shopper Shopper, string Key, IReadOnlyList<Item> Items, string? Id, string? CreatedAt, long Total);

/// <summary>A client that orders two products at a time and repeats every request, under its key, until the server gives an answer that counts.</summary>
/// <param name="shop">The shop, already set up.</param>
/// <param name="number">The number of the client.</param>
public sealed class AccountBuyer(Shop shop, int number)
{
    private const int InsufficientStock = 409;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(100);
    private static readonly SkuChoice Popularity = SkuChoices.Zipf(1);
    private readonly Random _random = new(number);
    private readonly Shopper _shopper = shop.Shoppers[number % shop.Shoppers.Count];

    public List<AcknowledgedOrder> Acknowledged { get; } = [];

    /// <summary>Orders that were refused because stock was missing.</summary>
    public int Refused { get; private set; }

    /// <summary>Attempts without an answer that counts: no connection, a reset, a time-out, 429 or a fault of the server.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Orders whose first acknowledgement was that of a repetition: an earlier attempt had placed them and its answer was lost.</summary>
    public int AnswersLost { get; private set; }

    /// <summary>The longest time that an order took from its first attempt to its acknowledgement.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Orders at least once and until the token is cancelled, and completes the order that it has begun.</summary>
    public async Task BuyAsync(CancellationToken stop)
    {
        for (var order = 0; order == 0 || !stop.IsCancellationRequested; order++)
        {
            var key = $"{shop.Run}-{number}-{order}";
            var items = Basket();
            var began = Stopwatch.GetTimestamp();
            var reply = await PlaceAsync(shop.Client, _shopper, items, key, () => Unanswered++);
            if (!reply.Succeeded)
            {
                Refused++;
                continue;
            }

            AnswersLost += reply.Status == 200 ? 1 : 0;
            Longest = TimeSpan.FromTicks(Math.Max(Longest.Ticks, Stopwatch.GetElapsedTime(began).Ticks));
            Acknowledged.Add(Read(reply, _shopper, key, items));
        }
    }

    /// <summary>Places the order once more under its key; an order that is stored answers with what the client was told.</summary>
    public async Task<bool> IsStoredAsync(AcknowledgedOrder order)
    {
        var reply = await PlaceAsync(shop.Client, order.Shopper, order.Items, order.Key, () => { });
        return reply.Status == 200 && Read(reply, order.Shopper, order.Key, order.Items) == order;
    }

    private static async Task<Reply> PlaceAsync(ShopClient client, Shopper shopper, IReadOnlyList<Item> items, string key, Action unanswered)
    {
        while (true)
        {
            var reply = await client.PlaceLinesAsync(shopper, items, key, CancellationToken.None);
            if (reply.Succeeded || reply.Status == InsufficientStock)
            {
                return reply;
            }

            if (reply.Status is >= 400 and < 500 and not 429)
            {
                throw new InvalidOperationException($"{key}: {reply.Status} {System.Text.Encoding.UTF8.GetString(reply.Body.Span)}");
            }

            unanswered();
            await Task.Delay(BetweenAttempts);
        }
    }

    private static AcknowledgedOrder Read(Reply reply, Shopper shopper, string key, IReadOnlyList<Item> items)
    {
        using var order = System.Text.Json.JsonDocument.Parse(reply.Body);
        var root = order.RootElement;
        return new(
            shopper, key, items, root.GetProperty("id").GetString(), root.GetProperty("created_at").GetString(),
            root.GetProperty("total").GetProperty("amount").GetInt64());
    }

    private Item[] Basket()
    {
        var (first, second) = (Popularity(_random, shop.Skus.Count), Popularity(_random, shop.Skus.Count));
        return first == second
            ? [new(shop.Skus[first], _random.Next(1, 4))]
            : [new(shop.Skus[first], _random.Next(1, 4)), new(shop.Skus[second], 1)];
    }
}
