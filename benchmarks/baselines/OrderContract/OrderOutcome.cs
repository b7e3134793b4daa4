namespace Granary.Baselines;

/// <summary>The result of a command, in the order of its SKUs.</summary>
/// <param name="Names">Product names.</param>
/// <param name="Prices">Unit prices in minor units.</param>
/// <param name="CreatedAt">When the order was placed.</param>
/// <param name="Replayed">The order existed already under this key.</param>
public sealed record PlacedOrder(string[] Names, long[] Prices, DateTimeOffset CreatedAt, bool Replayed = false)
{
    private static readonly string[] PendingActions = ["pay", "cancel", "amend"];

    /// <summary>The endpoint's response.</summary>
    public OrderDocument Document(OrderCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var lines = new OrderLineDocument[command.Skus.Length];
        var total = 0L;
        for (var i = 0; i < lines.Length; i++)
        {
            var lineTotal = Prices[i] * command.Quantities[i];
            total += lineTotal;
            lines[i] = new(
                command.Skus[i], Names[i], command.Quantities[i], MoneyDocument.Usd(Prices[i]), MoneyDocument.Usd(lineTotal));
        }

        return new(
            command.Id, command.UserId, "pending", lines, MoneyDocument.Usd(total), command.ShippingAddress, command.Note,
            CreatedAt, CreatedAt, 1, PendingActions);
    }
}

/// <summary>An order, or the problem to answer with.</summary>
public sealed record OrderOutcome(PlacedOrder? Placed, ProblemDocument? Problem)
{
    public static readonly OrderOutcome InsufficientStock = Refused("insufficient-stock", 409);
    public static readonly OrderOutcome InsufficientFunds = Refused("insufficient-funds", 402);
    public static readonly OrderOutcome UnknownProduct = Refused("unknown-product", 422);
    public static readonly OrderOutcome KeyReused = Refused("idempotency-key-reused", 422);

    public static OrderOutcome Of(PlacedOrder placed) => new(placed, null);

    private static OrderOutcome Refused(string slug, int status) => new(null, new($"/problems/{slug}", slug, status));
}
