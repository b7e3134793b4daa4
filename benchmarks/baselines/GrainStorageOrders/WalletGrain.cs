namespace Granary.Baselines.GrainStorage;

/// <summary>One user's money.</summary>
public interface IWalletGrain : IGrainWithStringKey
{
    Task DepositAsync(long amount);

    Task<bool> HoldAsync(long amount);
}

[GenerateSerializer]
public sealed class WalletState
{
    [Id(0)] public long Available { get; set; }

    [Id(1)] public long Held { get; set; }
}

[Orleans.Concurrency.Reentrant]
public sealed class WalletGrain([PersistentState("wallet")] IPersistentState<WalletState> state) : Grain, IWalletGrain
{
    public Task DepositAsync(long amount)
    {
        state.State.Available += amount;
        return state.WriteStateAsync();
    }

    public async Task<bool> HoldAsync(long amount)
    {
        if (state.State.Available < amount)
        {
            return false;
        }

        state.State.Available -= amount;
        state.State.Held += amount;
        await state.WriteStateAsync();
        return true;
    }
}
