using CsCheck;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;

namespace Granary.Silo.Tests.Saga;

/// <summary>
/// Random interleavings of all commands of orders, stock and wallets, with random failures of the calls between grains and of the
/// journal's commits: whatever happens, stock and money balance in the end, to the unit and the cent.
/// </summary>
public sealed class SagaProperties(SagaSilo silo) : IClassFixture<SagaSilo>
{
    private const int OrderIds = 5;

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Int[0, 11], Gen.Int[0, OrderIds - 1], Gen.Int[0, 1], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[1, 9],
        (action, order, user, sku, other, quantity) => new Step(action, order, user, sku, other, quantity));

    private static readonly Gen<Scenario> Scenarios = Gen.Select(
        Steps.Array[4, 24], Gen.Int[1, 4], Gen.Int, Gen.Int[0, 2].Select(i => i * i * 0.05),
        (steps, lanes, seed, faults) => new Scenario(steps, lanes, seed, faults));

    [Fact]
    public async Task Stock_and_money_balance_whatever_fails_in_any_interleaving() =>
        await Scenarios.SampleAsync(RunAsync, iter: 150, threads: 1);

    private async Task RunAsync(Scenario scenario)
    {
        silo.Faults.Clear();
        var account = await BalancedAccount.OpenAsync(silo);
        var ids = Enumerable.Range(0, OrderIds).Select(_ => silo.NewOrderId()).ToList();
        silo.Faults.SetRandom(scenario.Seed, scenario.Faults);
        await Task.WhenAll(Enumerable.Range(0, scenario.Lanes).Select(async lane =>
        {
            foreach (var step in scenario.Steps.Where((_, i) => i % scenario.Lanes == lane))
            {
                await TakeAsync(account, ids[step.Order], step);
            }
        }));
        silo.Faults.Clear();
        await account.BalancesAsync();
    }

    private async Task TakeAsync(BalancedAccount account, string id, Step step)
    {
        try
        {
            account.Told(id, await AskAsync(account, id, step));
        }
        catch (Exception fault) when (fault is JournalException or TimeoutException or OrleansMessageRejectionException)
        {
            // A client that gets an error, for example from a repeatedly ending grain, does not know the outcome; the account
            // must balance either way.
            account.Told(id, null);
        }
    }

    private async Task<OrderReply?> AskAsync(BalancedAccount account, string id, Step step)
    {
        var order = silo.Order(id);
        var command = new OrderCommand(UserId.System);
        switch (step.Action)
        {
            case <= 2:
                return await order.Place(Placement(account, step));
            case 3 or 4:
                return await order.Pay(command);
            case 5:
                return await order.Amend(command, new OrderAmendment(Lines(account, step), null, null));
            case 6:
                return await order.Cancel(command, "changed my mind");
            case 7:
                silo.Clock.Advance(TimeSpan.FromMinutes(16));
                return await order.Expire();
            case 8:
                await order.Pack(command);
                return await order.Ship(command, new Tracking("carrier", "1"));
            case 9:
                await silo.Stock(account.Skus[step.Sku]).Adjust(new AdjustStock(step.Quantity, "delivery", null, UserId.System));
                return null;
            case 10:
                await silo.Stock(account.Skus[step.Sku]).Adjust(new AdjustStock(-step.Quantity, "loss", null, UserId.System));
                return null;
            default:
                await silo.User(account.Users[step.User]).Deposit(new DepositMoney(step.Quantity * 100, null, UserId.System));
                return null;
        }
    }

    private static PlaceOrder Placement(BalancedAccount account, Step step) => new()
    {
        UserId = account.Users[step.User],
        By = account.Users[step.User],
        Lines = Lines(account, step),
        Fingerprint = $"{step.User}/{step.Sku}/{step.Other}/{step.Quantity}",
    };

    private static List<RequestedLine> Lines(BalancedAccount account, Step step)
    {
        var lines = new List<RequestedLine> { new(account.Skus[step.Sku], step.Quantity) };
        if (step.Other != step.Sku)
        {
            lines.Add(new(account.Skus[step.Other], 1));
        }

        return lines;
    }

    private sealed record Step(int Action, int Order, int User, int Sku, int Other, int Quantity);

    private sealed record Scenario(Step[] Steps, int Lanes, int Seed, double Faults)
    {
        public override string ToString() => $"lanes {Lanes}, seed {Seed}, faults {Faults}: {string.Join(", ", Steps.AsEnumerable())}";
    }
}
