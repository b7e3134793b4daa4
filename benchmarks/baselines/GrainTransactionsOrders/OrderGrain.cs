using Orleans.Concurrency;
using Orleans.Transactions.Abstractions;

namespace Granary.Baselines.GrainTransactions;

/// <summary>One order, keyed by the hash of user and idempotency key.</summary>
public interface IOrderGrain : IGrainWithGuidKey
{
    /// <returns>False if the order exists already.</returns>
    [Transaction(TransactionOption.Join)]
    Task<bool> CreateAsync(OrderRecord order);

    [Transaction(TransactionOption.CreateOrJoin)]
    [ReadOnly]
    Task<OrderRecord?> FindAsync();
}

/// <summary>What is stored of an order.</summary>
[GenerateSerializer, Immutable]
public sealed record OrderRecord(
    [property: Id(0)] string UserId,
    [property: Id(1)] string[] Skus,
    [property: Id(2)] long[] Quantities,
    [property: Id(3)] string[] Names,
    [property: Id(4)] long[] Prices,
    [property: Id(5)] byte[]? Fingerprint,
    [property: Id(6)] string? ShippingAddress,
    [property: Id(7)] string? Note,
    [property: Id(8)] DateTimeOffset CreatedAt);

[GenerateSerializer]
public sealed class OrderState
{
    [Id(0)] public OrderRecord? Order { get; set; }
}

/// <summary>An order is seldom used again after it was placed, so it leaves memory soon.</summary>
[Reentrant, CollectionAgeLimit(Minutes = 2)]
public sealed class OrderGrain([FollowingState("order")] ITransactionalState<OrderState> state) : Grain, IOrderGrain
{
    public Task<bool> CreateAsync(OrderRecord order) => state.PerformUpdate(current =>
    {
        if (current.Order is not null)
        {
            return false;
        }

        current.Order = order;
        return true;
    });

    public Task<OrderRecord?> FindAsync() => state.PerformRead(current => current.Order);
}
