using Orleans.Concurrency;
using Orleans.Transactions.Abstractions;

namespace Granary.Baselines.GrainTransactions;

/// <summary>One product: name, price and a counter of the units left.</summary>
public interface IStockGrain : IGrainWithStringKey
{
    /// <returns>Whether it was new.</returns>
    [Transaction(TransactionOption.Create)]
    Task<bool> OpenAsync(string name, long price, long quantity);

    /// <summary>Reserves units at the price that the caller has computed with.</summary>
    [Transaction(TransactionOption.Join)]
    Task<Reservation> ReserveAsync(long quantity, long price);

    [Transaction(TransactionOption.CreateOrJoin)]
    [ReadOnly]
    Task<StockState> ReadAsync();
}

public enum Reservation
{
    Made,
    PriceChanged,
    InsufficientStock,
}

[GenerateSerializer]
public sealed class StockState
{
    [Id(0)] public string? Name { get; set; }

    [Id(1)] public long Price { get; set; }

    [Id(2)] public long Available { get; set; }

    [Id(3)] public long Reserved { get; set; }
}

[Reentrant]
public sealed class StockGrain([TransactionalState("stock")] ITransactionalState<StockState> state) : Grain, IStockGrain
{
    public Task<bool> OpenAsync(string name, long price, long quantity) => state.PerformUpdate(stock =>
    {
        if (stock.Name is not null)
        {
            return false;
        }

        (stock.Name, stock.Price, stock.Available) = (name, price, quantity);
        return true;
    });

    public Task<Reservation> ReserveAsync(long quantity, long price) => state.PerformUpdate(stock =>
    {
        if (stock.Price != price)
        {
            return Reservation.PriceChanged;
        }

        if (stock.Available < quantity)
        {
            return Reservation.InsufficientStock;
        }

        stock.Available -= quantity;
        stock.Reserved += quantity;
        return Reservation.Made;
    });

    public Task<StockState> ReadAsync() => state.PerformRead(stock => stock);
}
