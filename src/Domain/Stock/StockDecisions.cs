using Granary.Domain.Claims;
using Granary.Domain.Events;
using Granary.Domain.Idempotency;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;

namespace Granary.Domain.Stock;

/// <summary>The rules of a stock item: state and command to events or a refusal. Pure.</summary>
public static class StockDecisions
{
    /// <summary>Creates or changes the product.</summary>
    public static Decision<StockEvent> Define(StockState stock, DefineProduct command)
    {
        if (command.Condition?.Check(stock.Status == StockStatus.None ? null : stock.Revision) is { } stale)
        {
            return stale;
        }

        var events = new List<StockEvent>();
        if (stock.Status == StockStatus.None)
        {
            events.Add(new ProductDefined(command.By, command.Name, command.Description, command.Price));
        }
        else if ((stock.Name, stock.Description, stock.Price) != (command.Name, command.Description, command.Price))
        {
            events.Add(new ProductChanged(command.By, command.Name, command.Description, command.Price));
        }

        var status = stock.Status == StockStatus.None ? StockStatus.Active : stock.Status;
        if (command.Status is { } wished && wished != status)
        {
            if (StockLifecycle.Next(status, TriggerFor(wished)) is null)
            {
                return Illegal(stock);
            }

            events.Add(Moved(wished, command.By));
        }

        return Decision<StockEvent>.Of(events);
    }

    /// <summary>Moves stock on hand, never below what is reserved, once for each key of a caller.</summary>
    public static Decision<StockEvent> Adjust(StockState stock, AdjustStock command)
    {
        if (new KeyedContent(command.Quantity, command.Reason).RepeatOf<StockEvent>(stock.Earlier(command)) is { } repeated)
        {
            return repeated;
        }

        if (stock.Status == StockStatus.None)
        {
            return new UnknownProduct([stock.Sku]);
        }

        if (StockLifecycle.Next(stock.Status, StockTrigger.Adjust) is null)
        {
            return Illegal(stock);
        }

        if (command.Quantity < 0 && stock.Available + command.Quantity < 0)
        {
            return new InsufficientStock([new StockShortage(stock.Sku, -command.Quantity, stock.Available)]);
        }

        if (stock.Received + command.Quantity > Limits.StockUnits)
        {
            return new InvalidValue("quantity", $"A product can hold at most {Limits.StockUnits} units.");
        }

        return new StockAdjusted(command.By, command.Quantity, command.Reason, command.Key, OwnKey: command.Key is null ? null : true);
    }

    /// <summary>Reserves units for one attempt of an order.</summary>
    /// <param name="reply">What to answer when the attempt can rely on the decision.</param>
    /// <param name="mostUnits">How many units the unpaid orders of one user may hold; 0 is no limit.</param>
    public static Decision<StockEvent> Reserve(StockState stock, ReserveStock command, out ReserveReply reply, long mostUnits = 0)
    {
        if (stock.Claims.Find(command.OrderId)?.HasPending(command.Attempt) == true)
        {
            reply = Answer(stock, ReserveResult.Reserved);
            return Decision<StockEvent>.Unchanged;
        }

        reply = Answer(stock, ResultOf(stock, command, mostUnits));
        if (reply.Result == ReserveResult.Reserved)
        {
            return new StockReserved(command.OrderId, command.Attempt, command.Quantity, command.UserId);
        }

        if (reply.Result == ReserveResult.Insufficient)
        {
            reply = reply with { Contended = stock.Claims.Contends(command.OrderId, stock.Available, command.Quantity) };
        }
        else if (reply.Result == ReserveResult.TooManyUnits)
        {
            var free = mostUnits - stock.Claims.ReservedBy(command.UserId!);
            reply = reply with { Contended = stock.Claims.Contends(command.OrderId, free, command.Quantity), Limit = mostUnits };
        }

        return Decision<StockEvent>.Unchanged;
    }

    /// <summary>Gives back what an attempt reserved, if it did.</summary>
    public static Decision<StockEvent> Release(StockState stock, string orderId, long attempt) =>
        stock.Claims.Find(orderId)?.HasPending(attempt) == true
            ? new ReservationAttemptReleased(orderId, attempt)
            : Decision<StockEvent>.Unchanged;

    /// <summary>The next event that brings the claim of an order in line with what the order decided; repeat until unchanged.</summary>
    public static Decision<StockEvent> Align(StockState stock, OrderStanding standing)
    {
        var order = standing.OrderId;
        var alignment = ClaimAlignment.Next(stock.Claims.Find(order), standing, standing.QuantityOf(stock.Sku));
        return alignment.Step switch
        {
            ClaimStep.None => Decision<StockEvent>.Unchanged,
            ClaimStep.Secure => new ReservationAmended(order, standing.Version, alignment.Quantity, alignment.Attempts),
            ClaimStep.Release => new ReservationReleased(order, standing.Version, alignment.Attempts),
            ClaimStep.Pay => new StockSold(order, standing.Version, alignment.Quantity, alignment.Attempts),
            ClaimStep.Reverse => new StockRestocked(order, standing.Version, alignment.Quantity),
            ClaimStep.Close => new SaleClosed(order, standing.Version),
        };
    }

    private static ReserveResult ResultOf(StockState stock, ReserveStock command, long mostUnits)
    {
        if (stock.Status == StockStatus.None)
        {
            return ReserveResult.Unknown;
        }

        if (StockLifecycle.Next(stock.Status, StockTrigger.Reserve) is null)
        {
            return ReserveResult.NotForSale;
        }

        if (command.ExpectedPrice is { } price && price != stock.Price)
        {
            return ReserveResult.PriceChanged;
        }

        return stock.Available < command.Quantity ? ReserveResult.Insufficient
            : mostUnits > 0 && command.UserId is { } user && stock.Claims.ReservedBy(user) + command.Quantity > mostUnits ? ReserveResult.TooManyUnits
            : ReserveResult.Reserved;
    }

    private static ReserveReply Answer(StockState stock, ReserveResult result) =>
        new(result, stock.Name, stock.Price, stock.Available);

    private static IllegalTransition Illegal(StockState stock) =>
        new(Words.Of(stock.Status), StockLifecycle.AllowedActions(stock.Status));

    private static StockTrigger TriggerFor(StockStatus wished) => wished switch
    {
        StockStatus.Active => StockTrigger.Reactivate,
        StockStatus.Suspended => StockTrigger.Suspend,
        StockStatus.Discontinued => StockTrigger.Discontinue,
        _ => throw new ArgumentOutOfRangeException(nameof(wished), wished, "Not a status to wish for."),
    };

    private static StockEvent Moved(StockStatus status, string by) => status switch
    {
        StockStatus.Active => new ProductReactivated(by),
        StockStatus.Suspended => new ProductSuspended(by),
        _ => new ProductDiscontinued(by),
    };
}
