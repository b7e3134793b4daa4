using Orleans.Concurrency;
using Orleans.Transactions.Abstractions;

namespace Granary.Baselines.GrainTransactions;

/// <summary>One user's money.</summary>
public interface IWalletGrain : IGrainWithStringKey
{
    /// <returns>Whether it was new.</returns>
    [Transaction(TransactionOption.Create)]
    Task<bool> OpenAsync(long amount);

    /// <returns>False if the wallet does not have the amount.</returns>
    [Transaction(TransactionOption.Join)]
    Task<bool> HoldAsync(long amount);

    [Transaction(TransactionOption.CreateOrJoin)]
    [ReadOnly]
    Task<WalletState> ReadAsync();
}

[GenerateSerializer]
public sealed class WalletState
{
    [Id(0)] public bool Opened { get; set; }

    [Id(1)] public long Available { get; set; }

    [Id(2)] public long Held { get; set; }
}

[Reentrant]
public sealed class WalletGrain([TransactionalState("wallet")] ITransactionalState<WalletState> state) : Grain, IWalletGrain
{
    public Task<bool> OpenAsync(long amount) => state.PerformUpdate(wallet =>
    {
        if (wallet.Opened)
        {
            return false;
        }

        (wallet.Opened, wallet.Available) = (true, amount);
        return true;
    });

    public Task<bool> HoldAsync(long amount) => state.PerformUpdate(wallet =>
    {
        if (wallet.Available < amount)
        {
            return false;
        }

        wallet.Available -= amount;
        wallet.Held += amount;
        return true;
    });

    public Task<WalletState> ReadAsync() => state.PerformRead(wallet => wallet);
}
