using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Stock;
using Granary.Journal;

namespace Granary.Grains.Orders;

/// <summary>
/// One attempt at placing or amending an order: it reserves stock and holds money under its own number, and can give back
/// what it took. What it cannot give back, because somebody is out of reach, comes back through the check-back of whoever
/// keeps it.
/// </summary>
/// <param name="orderId">The order.</param>
/// <param name="userId">The user who pays.</param>
internal sealed class Attempt(IGrainFactory grains, PriceBook prices, string orderId, string userId, ILogger logger)
{
    /// <summary>Calls to one participant before its conflict is passed on.</summary>
    private const int MaxTries = 3;

    // Replies come in side by side where the attempt is not made on a grain's scheduler.
    private readonly Lock _lock = new();
    private readonly List<string> _reserved = [];
    private readonly List<Task<Requirement?>> _handedIn = [];
    private bool _held;

    /// <summary>The attempt's number: random, so that no two attempts at an order share one. Nobody outside names it, so it may be guessed.</summary>
    public long Number { get; } = Random.Shared.NextInt64();

    /// <summary>Whether anything was or may have been taken.</summary>
    public bool HasTaken => _held || Reserved.Length > 0;

    /// <summary>
    /// A participant in this process has decided something for the attempt, which the order will require. Called on the
    /// participant's own thread.
    /// </summary>
    /// <param name="handedIn">Ends when that is handed in to the journal.</param>
    public void Require(Task<Requirement?> handedIn)
    {
        lock (_lock)
        {
            _handedIn.Add(handedIn);
        }
    }

    /// <summary>Returns when everything that was decided for the attempt is handed in to the journal.</summary>
    /// <exception cref="RequirementFailedException">A participant has lost what it decided.</exception>
    public async Task<IReadOnlyList<Requirement>> RequirementsAsync()
    {
        Task<Requirement?>[] all;
        lock (_lock)
        {
            all = [.. _handedIn];
        }

        var requirements = new List<Requirement>(all.Length);
        try
        {
            foreach (var handedIn in all)
            {
                if (await handedIn is { } requirement)
                {
                    requirements.Add(requirement);
                }
            }
        }
        catch (JournalException fault)
        {
            throw new RequirementFailedException(OrderState.StreamOf(orderId), fault);
        }

        return requirements;
    }

    /// <summary>Reserves a line.</summary>
    public Task<ReserveReply> ReserveAsync(string sku, long quantity, long? expectedPrice)
    {
        lock (_lock)
        {
            _reserved.Add(sku);
        }

        return ReserveTrackedAsync(sku, new ReserveStock(orderId, Number, quantity, expectedPrice));
    }

    /// <summary>Holds money.</summary>
    /// <returns>Null when held; otherwise why not.</returns>
    public Task<Refusal?> HoldAsync(long amount)
    {
        _held = true;
        return RetryAsync(() => grains.User(userId).Hold(new HoldMoney(orderId, Number, amount)));
    }

    /// <summary>Takes everything or nothing: a refusal or a fault gives back what was taken.</summary>
    public async Task<AttemptOutcome> TakeAllAsync(Func<Task<AttemptOutcome>> take)
    {
        try
        {
            var taken = await take();
            if (taken.Lines is null)
            {
                await ReleaseAsync();
            }

            return taken;
        }
        catch
        {
            await ReleaseAsync();
            throw;
        }
    }

    /// <summary>Gives back everything that was or may have been taken. What cannot be given back now is left to check-back.</summary>
    public async Task ReleaseAsync()
    {
        var releases = Reserved
            .Select(sku => RetryAsync(() => Done(grains.StockItem(sku).Release(orderId, Number))))
            .ToList();
        if (_held)
        {
            releases.Add(RetryAsync(() => Done(grains.User(userId).Release(orderId, Number))));
        }

        var all = Task.WhenAll(releases);
        await ((Task)all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        foreach (var fault in all.Exception?.InnerExceptions ?? (IReadOnlyList<Exception>)[])
        {
            logger.LogWarning(fault, "Order {Order} could not release all of attempt {Attempt}; check-back will.", orderId, Number);
        }
    }

    /// <summary>Calls a participant again when the activation it reached had lost its stream to another one.</summary>
    internal static async Task<T> RetryAsync<T>(Func<Task<T>> call)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (VersionConflictException) when (tries < MaxTries)
            {
                // The loser has deactivated; the next call reaches a fresh activation.
            }
        }
    }

    /// <summary>A call without a result, in the form of one with.</summary>
    internal static async Task<bool> Done(Task call)
    {
        await call;
        return true;
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

    private async Task<ReserveReply> ReserveTrackedAsync(string sku, ReserveStock command)
    {
        var reply = await RetryAsync(() => grains.StockItem(sku).Reserve(command));
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
