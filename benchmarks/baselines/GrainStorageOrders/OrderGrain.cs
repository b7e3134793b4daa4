namespace Granary.Baselines.GrainStorage;

/// <summary>One order, keyed by the hash of user and idempotency key.</summary>
public interface IOrderGrain : IGrainWithGuidKey
{
    Task<PlaceReply> PlaceAsync(PlaceMessage order);
}

[GenerateSerializer, Immutable]
public sealed record PlaceMessage(
    [property: Id(0)] string UserId,
    [property: Id(1)] string[] Skus,
    [property: Id(2)] long[] Quantities,
    [property: Id(3)] byte[]? Fingerprint,
    [property: Id(4)] string? ShippingAddress,
    [property: Id(5)] string? Note);

public enum PlaceVerdict
{
    Placed,
    Replayed,
    KeyReused,
    UnknownProduct,
    InsufficientStock,
    InsufficientFunds,
}

[GenerateSerializer, Immutable]
public sealed record PlaceReply(
    [property: Id(0)] PlaceVerdict Verdict,
    [property: Id(1)] string[] Names,
    [property: Id(2)] long[] Prices,
    [property: Id(3)] DateTimeOffset CreatedAt)
{
    public static PlaceReply Refused(PlaceVerdict verdict) => new(verdict, [], [], default);
}

[GenerateSerializer]
public sealed class OrderState
{
    [Id(0)] public PlaceMessage? Order { get; set; }

    [Id(1)] public string[] Names { get; set; } = [];

    [Id(2)] public long[] Prices { get; set; } = [];

    [Id(3)] public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>
/// Reserves every line in parallel, holds the total, then writes its own state: one write each for stock, wallet and order. A
/// crash between the writes leaks the reservations; repairing that would only make this contender slower.
/// </summary>
public sealed class OrderGrain([PersistentState("order")] IPersistentState<OrderState> state) : Grain, IOrderGrain
{
    public async Task<PlaceReply> PlaceAsync(PlaceMessage order)
    {
        if (state.State.Order is { } placed)
        {
            return placed.Fingerprint.AsSpan().SequenceEqual(order.Fingerprint)
                ? new(PlaceVerdict.Replayed, state.State.Names, state.State.Prices, state.State.CreatedAt)
                : PlaceReply.Refused(PlaceVerdict.KeyReused);
        }

        var replies = await Task.WhenAll(order.Skus.Select((sku, i) => Stock(sku).ReserveAsync(order.Quantities[i])));
        if (Array.Exists(replies, reply => !reply.Reserved))
        {
            await ReleaseAsync(order, replies);
            return PlaceReply.Refused(
                Array.Exists(replies, reply => reply.Name is null) ? PlaceVerdict.UnknownProduct : PlaceVerdict.InsufficientStock);
        }

        var total = replies.Select((reply, i) => reply.Price * order.Quantities[i]).Sum();
        if (!await GrainFactory.GetGrain<IWalletGrain>(order.UserId).HoldAsync(total))
        {
            await ReleaseAsync(order, replies);
            return PlaceReply.Refused(PlaceVerdict.InsufficientFunds);
        }

        state.State.Order = order;
        state.State.Names = Array.ConvertAll(replies, reply => reply.Name!);
        state.State.Prices = Array.ConvertAll(replies, reply => reply.Price);
        state.State.CreatedAt = DateTimeOffset.UtcNow;
        await state.WriteStateAsync();
        return new(PlaceVerdict.Placed, state.State.Names, state.State.Prices, state.State.CreatedAt);
    }

    private IStockGrain Stock(string sku) => GrainFactory.GetGrain<IStockGrain>(sku);

    private Task ReleaseAsync(PlaceMessage order, StockReply[] replies) =>
        Task.WhenAll(order.Skus.Select((sku, i) => replies[i].Reserved ? Stock(sku).ReleaseAsync(order.Quantities[i]) : Task.CompletedTask));
}
