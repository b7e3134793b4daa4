namespace Granary.Baselines.GrainStorage;

/// <summary>One product: a counter of the units left, as a sample application would implement it.</summary>
public interface IStockGrain : IGrainWithStringKey
{
    Task StockAsync(string name, long price, long quantity);

    Task<StockReply> ReserveAsync(long quantity);

    Task ReleaseAsync(long quantity);
}

/// <summary>The result of a reservation; the name is null if the product does not exist.</summary>
[GenerateSerializer, Immutable]
public readonly record struct StockReply([property: Id(0)] bool Reserved, [property: Id(1)] string? Name, [property: Id(2)] long Price);

[GenerateSerializer]
public sealed class StockState
{
    [Id(0)] public string? Name { get; set; }

    [Id(1)] public long Price { get; set; }

    [Id(2)] public long Available { get; set; }

    [Id(3)] public long Reserved { get; set; }
}

/// <summary>Reentrant, so that reservations which arrive during a write share the next one (Orleans merges queued writes).</summary>
[Orleans.Concurrency.Reentrant]
public sealed class StockGrain([PersistentState("stock")] IPersistentState<StockState> state) : Grain, IStockGrain
{
    public Task StockAsync(string name, long price, long quantity)
    {
        state.State = new() { Name = name, Price = price, Available = quantity };
        return state.WriteStateAsync();
    }

    public async Task<StockReply> ReserveAsync(long quantity)
    {
        if (state.State.Name is null || state.State.Available < quantity)
        {
            return new(false, state.State.Name, 0);
        }

        state.State.Available -= quantity;
        state.State.Reserved += quantity;
        await state.WriteStateAsync();
        return new(true, state.State.Name, state.State.Price);
    }

    public Task ReleaseAsync(long quantity)
    {
        state.State.Available += quantity;
        state.State.Reserved -= quantity;
        return state.WriteStateAsync();
    }
}
