using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Stock;

namespace Granary.Grains.Orders;

/// <summary>
/// One attempt at placing or amending an order: it reserves stock and holds money under its own number, and can give back
/// what it took. What it cannot give back, because a participant is out of reach, comes back through that participant's
/// check-back.
/// </summary>
/// <param name="orderId">The order.</param>
/// <param name="userId">The user who pays.</param>
/// <param name="variant">The variant of the settings that the order is under; null for none.</param>
/// <param name="group">
/// Where the order's append will require what participants on this silo decide; the attempt is then made anew when one of them
/// has lost its stream. Null where everything taken must be durable first; then the single call is repeated.
/// </param>
internal sealed class Attempt(
    IGrainFactory grains, PriceBook prices, string orderId, string userId, string? variant, CommitGroup? group, ILogger logger)
{
    // Replies come in side by side where the attempt is not made on a grain's scheduler.
    private readonly Lock _lock = new();
    private readonly List<string> _reserved = [];
    private bool _held;

    /// <summary>The attempt's number: random, so that no two attempts at an order share one. No caller outside names it, so it may be guessed.</summary>
    public long Number { get; } = Random.Shared.NextInt64();

    /// <summary>Whether anything was or may have been taken.</summary>
    public bool HasTaken => _held || Reserved.Length > 0;

    /// <summary>Reserves a line.</summary>
    public Task<ReserveReply> ReserveAsync(string sku, long quantity, long? expectedPrice)
    {
        lock (_lock)
        {
            _reserved.Add(sku);
        }

        return ReserveTrackedAsync(sku, new ReserveStock(orderId, Number, quantity, expectedPrice, userId) { Group = group, SettingsVariant = variant });
    }

    /// <summary>Asks the products for their prices.</summary>
    public Task LearnPricesAsync(IReadOnlyList<RequestedLine> lines) =>
        Task.WhenAll(lines.Select(async line =>
        {
            if ((await grains.StockItem(line.Sku).GetProduct()).Product is { } product)
            {
                prices.Learn(product.Sku, product.Name, product.Price);
            }
        }));

    /// <summary>Holds money.</summary>
    /// <returns>Null when held; otherwise why not.</returns>
    public Task<Refusal?> HoldAsync(long amount)
    {
        _held = true;
        var command = new HoldMoney(orderId, Number, amount) { Group = group, SettingsVariant = variant };
        return AskAsync(() => grains.User(userId).Hold(command));
    }

    /// <summary>Takes everything or nothing: a refusal or a fault gives back what was taken.</summary>
    public async Task<AttemptOutcome> TakeAllAsync(Func<Task<AttemptOutcome>> take)
    {
        try
        {
            var outcome = await take();
            if (outcome is not AttemptOutcome.Taken)
            {
                await GiveBackAsync();
            }

            return outcome;
        }
        catch
        {
            await GiveBackAsync();
            throw;
        }
    }

    /// <summary>Gives back everything that was or may have been taken. What cannot be given back now is left to check-back.</summary>
    public async Task GiveBackAsync()
    {
        group?.Close();
        var releases = Reserved
            .Select(sku => ParticipantCalls.RepeatAsync(() => grains.StockItem(sku).Release(orderId, Number)))
            .ToList();
        if (_held)
        {
            releases.Add(ParticipantCalls.RepeatAsync(() => grains.User(userId).Release(orderId, Number)));
        }

        var all = Task.WhenAll(releases);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        foreach (var fault in all.Exception?.InnerExceptions ?? (IReadOnlyList<Exception>)[])
        {
            logger.LogWarning(fault, "Order {Order} could not release all of attempt {Attempt}; check-back will.", orderId, Number);
        }
    }

    /// <summary>The products of which units were or may have been taken.</summary>
    private string[] Reserved
    {
        get
        {
            lock (_lock)
            {
                return [.. _reserved];
            }
        }
    }

    private Task<T> AskAsync<T>(Func<Task<T>> ask) => group is null ? ParticipantCalls.RepeatAsync(ask) : ask();

    private async Task<ReserveReply> ReserveTrackedAsync(string sku, ReserveStock command)
    {
        var reply = await AskAsync(() => grains.StockItem(sku).Reserve(command));
        if (reply.Result != ReserveResult.Reserved)
        {
            lock (_lock)
            {
                _reserved.Remove(sku);
            }
        }

        if (reply.Name is { } name && reply.Result is not ReserveResult.Unknown)
        {
            prices.Learn(sku, name, reply.Price);
        }

        return reply;
    }
}
