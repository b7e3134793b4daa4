namespace Granary.Baselines.GrainTransactions;

/// <summary>
/// Places an order in one transaction over the order, the stock of every line and the wallet. All transactions take their locks in the
/// same order (order, products by ascending SKU, wallet), so no two orders can deadlock.
/// </summary>
public sealed class Placement(IGrainFactory grains, ITransactionClient transactions, PriceBook prices)
{
    private enum Step
    {
        Placed,
        Exists,
        PriceChanged,
        InsufficientStock,
        InsufficientFunds,
    }

    /// <summary>Tries until the outcome is known. An attempt whose outcome is in doubt is repeated: if it was committed, the order exists.</summary>
    public async ValueTask<OrderOutcome> PlaceAsync(OrderCommand command)
    {
        OrderOutcome? outcome;
        while ((outcome = await Retry.UntilDecidedAsync(() => TryPlaceAsync(command))) is null)
        {
            // A price has changed; the next attempt reads it.
        }

        return outcome;
    }

    /// <returns>Null if a price has changed.</returns>
    private async Task<OrderOutcome?> TryPlaceAsync(OrderCommand command)
    {
        var (names, unitPrices, total) = (new string[command.Skus.Length], new long[command.Skus.Length], 0L);
        for (var i = 0; i < names.Length; i++)
        {
            if (await prices.FindAsync(command.Skus[i]) is not { } quote)
            {
                return OrderOutcome.UnknownProduct;
            }

            (names[i], unitPrices[i]) = (quote.Name, quote.Price);
            total += quote.Price * command.Quantities[i];
        }

        var order = new OrderRecord(
            command.UserId, command.Skus, command.Quantities, names, unitPrices, command.Fingerprint, command.ShippingAddress?.GetRawText(),
            command.Note, DateTimeOffset.UtcNow);
        var step = Step.Placed;
        await transactions.RunTransaction(TransactionOption.Create, async () =>
        {
            step = await TakeAsync(command, order, total);
            return step is Step.Placed;
        });
        return step switch
        {
            Step.Placed => OrderOutcome.Of(new PlacedOrder(names, unitPrices, order.CreatedAt)),
            Step.Exists => await ReplayAsync(command),
            Step.InsufficientStock => OrderOutcome.InsufficientStock,
            Step.InsufficientFunds => OrderOutcome.InsufficientFunds,
            _ => null,
        };
    }

    private async Task<Step> TakeAsync(OrderCommand command, OrderRecord order, long total)
    {
        if (!await grains.GetGrain<IOrderGrain>(command.Id).CreateAsync(order))
        {
            return Step.Exists;
        }

        for (var i = 0; i < command.Skus.Length; i++)
        {
            switch (await grains.GetGrain<IStockGrain>(command.Skus[i]).ReserveAsync(command.Quantities[i], order.Prices[i]))
            {
                case Reservation.InsufficientStock:
                    return Step.InsufficientStock;
                case Reservation.PriceChanged:
                    prices.Forget(command.Skus[i]);
                    return Step.PriceChanged;
                default:
                    break;
            }
        }

        return await grains.GetGrain<IWalletGrain>(command.UserId).HoldAsync(total) ? Step.Placed : Step.InsufficientFunds;
    }

    /// <summary>Reads the order in a transaction of its own, which ends only when the one that placed it is committed.</summary>
    private async Task<OrderOutcome?> ReplayAsync(OrderCommand command) => await grains.GetGrain<IOrderGrain>(command.Id).FindAsync() switch
    {
        null => null,
        { } order when !order.Fingerprint.AsSpan().SequenceEqual(command.Fingerprint) => OrderOutcome.KeyReused,
        { } order => OrderOutcome.Of(new PlacedOrder(order.Names, order.Prices, order.CreatedAt, Replayed: true)),
    };
}
