using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Granary.Load.Account;

/// <summary>
/// <c>account</c>: clients order for a time, through every outage, and then the shop must have exactly what they were told. Every key that
/// was ever sent has an answer by then, so any other unit or amount belongs to an order that is half done.
/// </summary>
public static class AccountCommand
{
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(1);

    /// <exception cref="UsageException">The command line is not valid.</exception>
    public static async Task<int> RunAsync(CommandLine line, IAnsiConsole console, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(console);
        var plan = new ShopPlan((int)(line.Number("users") ?? 32), (int)(line.Number("products") ?? 100))
        {
            UnitsPerProduct = (long)(line.Number("units") ?? 1_000),
        };
        var run = new AccountRun(plan, (int)(line.Number("clients") ?? 32), Seconds(line, "duration", 60), Seconds(line, "settling", 180));
        using var target = new Target(line, run.Clients);
        line.RefuseUnknown();
        var shop = await target.PrepareAsync(plan, cancellation);
        console.WriteLine($"shop is set up; {run.Clients} clients order for {run.Duration.TotalSeconds:0} s");
        var result = await RunAsync(shop, run, cancellation);
        console.WriteLine(result.ToString());
        return result.IsSound ? ExitCode.Passed : ExitCode.ThresholdFailed;
    }

    /// <summary>Orders for a time and then judges the shop.</summary>
    public static async Task<AccountResult> RunAsync(Shop shop, AccountRun run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(run.Duration);
        var buyers = Enumerable.Range(0, run.Clients).Select(number => new AccountBuyer(shop, number)).ToArray();
        await Task.WhenAll(buyers.Select(buyer => buyer.BuyAsync(stop.Token)));
        cancellation.ThrowIfCancellationRequested();

        var lost = await Task.WhenAll(buyers.Select(async buyer =>
        {
            var missing = 0;
            foreach (var order in buyer.Acknowledged)
            {
                missing += await buyer.IsStoredAsync(order) ? 0 : 1;
            }

            return missing;
        }));
        var orders = buyers.SelectMany(buyer => buyer.Acknowledged).ToArray();
        var began = Stopwatch.GetTimestamp();
        var result = await JudgeAsync(shop, run.Plan, orders, cancellation);
        while (!result.Balances && Stopwatch.GetElapsedTime(began) < run.Settling)
        {
            await Task.Delay(BetweenReads, cancellation);
            result = await JudgeAsync(shop, run.Plan, orders, cancellation);
        }

        return result with
        {
            Lost = lost.Sum(),
            Refused = buyers.Sum(buyer => buyer.Refused),
            Unanswered = buyers.Sum(buyer => buyer.Unanswered),
            AnswersLost = buyers.Sum(buyer => buyer.AnswersLost),
            Longest = buyers.Max(buyer => buyer.Longest),
            SettledAfter = Stopwatch.GetElapsedTime(began),
        };
    }

    private static TimeSpan Seconds(CommandLine line, string name, double otherwise) => TimeSpan.FromSeconds(line.Number(name) ?? otherwise);

    /// <summary>Compares units and money with the acknowledged orders.</summary>
    private static async Task<AccountResult> JudgeAsync(Shop shop, ShopPlan plan, AcknowledgedOrder[] orders, CancellationToken cancellation)
    {
        var units = orders.SelectMany(order => order.Items).ToLookup(item => item.Sku, item => item.Quantity);
        var totals = orders.ToLookup(order => order.Shopper.UserId, order => order.Total);
        var result = new AccountResult(orders.Length);
        foreach (var sku in shop.Skus)
        {
            var stock = await ReadAsync(() => shop.Client.StockAsync(sku, shop.Staff, cancellation), cancellation);
            var (available, reserved) = (stock.GetProperty("available").GetInt64(), stock.GetProperty("reserved").GetInt64());
            var (ordered, missing) = (units[sku].Sum(), plan.UnitsPerProduct - available - reserved);
            if (reserved != ordered || missing != 0)
            {
                result = result with { Difference = $"{sku}: {available} available, {reserved} reserved, {ordered} ordered" };
            }

            result = result with
            {
                SoldOut = result.SoldOut + (available == 0 ? 1 : 0),
                SoldTwice = result.SoldTwice + Math.Max(0, ordered - reserved) + Math.Max(0, -available) + Math.Abs(missing),
                UnitsOfNoOrder = result.UnitsOfNoOrder + Math.Max(0, reserved - ordered),
            };
        }

        foreach (var user in shop.Shoppers.Select(shopper => shopper.UserId))
        {
            var wallet = (await ReadAsync(() => shop.Client.UserAsync(user, shop.Staff, cancellation), cancellation)).GetProperty("wallet");
            var held = wallet.GetProperty("held").GetProperty("amount").GetInt64();
            if (held != totals[user].Sum())
            {
                result = result with
                {
                    WalletsOff = result.WalletsOff + 1,
                    Difference = $"{user} holds {held} although its orders come to {totals[user].Sum()}",
                };
            }
        }

        return result;
    }

    private static async Task<JsonElement> ReadAsync(Func<Task<Reply>> read, CancellationToken cancellation)
    {
        Reply reply;
        while (!(reply = await read()).Succeeded)
        {
            await Task.Delay(BetweenReads, cancellation);
        }

        using var document = JsonDocument.Parse(reply.Body);
        return document.RootElement.Clone();
    }
}

/// <summary>How long how many clients order.</summary>
/// <param name="Plan">The users and products, with the units of each product.</param>
/// <param name="Clients">Number of concurrent clients.</param>
/// <param name="Duration">How long they order.</param>
/// <param name="Settling">How long the shop may take to agree: a saga releases what an interrupted order has taken only after a while.</param>
public sealed record AccountRun(ShopPlan Plan, int Clients, TimeSpan Duration, TimeSpan Settling);

/// <summary>What the shop has beside what the clients were told.</summary>
/// <param name="Acknowledged">Orders that clients were told of.</param>
public sealed record AccountResult(int Acknowledged)
{
    /// <summary>Acknowledged orders that are missing or have other content.</summary>
    public int Lost { get; init; }

    /// <summary>Units that acknowledged orders have beyond those reserved, or that appeared or vanished.</summary>
    public long SoldTwice { get; init; }

    /// <summary>Units that are reserved and belong to no acknowledged order: of an order that is half done.</summary>
    public long UnitsOfNoOrder { get; init; }

    /// <summary>Wallets that hold another amount than their orders.</summary>
    public int WalletsOff { get; init; }

    /// <summary>The last of the differences; null without one.</summary>
    public string? Difference { get; init; }

    public int Refused { get; init; }

    public int Unanswered { get; init; }

    public int AnswersLost { get; init; }

    public int SoldOut { get; init; }

    public TimeSpan Longest { get; init; }

    /// <summary>How long after the last order units and money agreed with the orders.</summary>
    public TimeSpan SettledAfter { get; init; }

    /// <summary>Whether units and money agree with the orders.</summary>
    public bool Balances => SoldTwice == 0 && UnitsOfNoOrder == 0 && WalletsOff == 0;

    public bool IsSound => Balances && Lost == 0;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        acknowledged {Acknowledged}, refused for missing stock {Refused}, products sold out {SoldOut}
        attempts without an answer {Unanswered}, orders placed although their answer was lost {AnswersLost}, longest order {Longest.TotalSeconds:0.0} s
        acknowledged and lost {Lost}, units sold twice {SoldTwice}, units of no order {UnitsOfNoOrder}, wallets that do not balance {WalletsOff}, settled after {SettledAfter.TotalSeconds:0} s{(Difference is null ? "" : $"; {Difference}")}
        """);
}
