using Granary.Grains.BackOffice;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Journal;
using Granary.Streams;
using Granary.Testing;

namespace Granary.Silo.Tests.Streams;

/// <summary>The views of the back office in a whole silo, embedded.</summary>
public sealed class BackOfficeTests : IDisposable
{
    private const int Seed = 20_261_128;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-office-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Lists_agree_with_the_grains_after_any_lives_and_after_they_are_lost()
    {
        string[] skus = ["A", "B", "C", "D"];
        IReadOnlyList<AuditLine> audit;
        await using (var silo = await StartAsync())
        {
            await silo.OpenAsync();
            foreach (var sku in skus)
            {
                await silo.Grains.StockItem(sku).Define(new DefineProduct(sku, null, 10, null, "u-op"));
                await silo.Grains.StockItem(sku).Adjust(new AdjustStock(200, "delivery", null, "u-op"));
            }

            await Task.WhenAll(Enumerable.Range(0, 40).Select(life => LiveAsync(silo, new Random(Seed + life), skus)));
            await UntilListed(silo, [.. skus, WholeSilo.Sku]);
            audit = await UntilAudited(silo, 12);
            Assert.Equal(WholeSilo.Customer, (await UntilFound(silo, new UserQuery { Limit = 10, Search = "ADA" })).Id);

            // Every event comes again: nothing is entered twice, and the audit, which is begun anew, is the same.
            await RewindAsync(silo);
            await UntilListed(silo, [.. skus, WholeSilo.Sku]);
            Assert.Equal(audit, await UntilAudited(silo, audit.Count));
        }

        foreach (var file in Directory.EnumerateFiles(_directory.FullName, "views.db*"))
        {
            File.Delete(file);
        }

        await using var again = await StartAsync();
        await UntilListed(again, [.. skus, WholeSilo.Sku]);
        Assert.Equal(audit, await UntilAudited(again, audit.Count));
        var ada = await UntilFound(again, new UserQuery { Limit = 10, Role = Roles.Customer });
        Assert.Equivalent((await again.Grains.User(WholeSilo.Customer).Get()).User, ada, strict: true);
    }

    /// <summary>An order that is placed and then paid, cancelled or amended, or none of it; and stock that is moved by hand.</summary>
    private static async Task LiveAsync(WholeSilo silo, Random random, string[] skus)
    {
        var order = silo.Grains.Order(OrderId.New(DateTimeOffset.UtcNow));
        var sku = skus[random.Next(skus.Length)];
        var placed = await order.Place(new PlaceOrder
        {
            UserId = WholeSilo.Customer, Lines = [new RequestedLine(sku, random.Next(1, 4))], By = WholeSilo.Customer,
        });
        Assert.Null(placed.Refusal);
        var steps = random.Next(4);
        if (steps > 0)
        {
            await order.Pay(new OrderCommand(WholeSilo.Customer, null, null));
        }

        if (steps is 2)
        {
            await order.Cancel(new OrderCommand(WholeSilo.Customer), null);
        }

        if (random.Next(5) == 0)
        {
            await silo.Grains.StockItem(sku).Adjust(new AdjustStock(random.Next(1, 9), "count", null, "u-op"));
        }
    }

    private static IBackOfficeGrain Lists(WholeSilo silo) => silo.Grains.GetGrain<IBackOfficeGrain>(0);

    /// <summary>Waits until the list has the levels that the items know.</summary>
    private static async Task UntilListed(WholeSilo silo, string[] skus) => await Eventually.HoldsAsync(
        async () =>
        {
            var levels = await Task.WhenAll(skus.Select(async sku => (await silo.Grains.StockItem(sku).GetLevel()).Level));
            var listed = (await Lists(silo).ListStock(new StockQuery(100, Low: false))).Levels;
            return listed.SequenceEqual(levels.OfType<StockLevel>().OrderBy(level => level.Available).ThenBy(level => level.Sku, StringComparer.Ordinal));
        },
        "every level is listed",
        cancellation: Cancellation);

    /// <summary>Waits until the list of users, which has a consumer of its own, has the one user that a query finds.</summary>
    private static async Task<User> UntilFound(WholeSilo silo, UserQuery query)
    {
        IReadOnlyList<User> users = [];
        await Eventually.HoldsAsync(
            async () => (users = (await Lists(silo).ListUsers(query)).Users).Count > 0, "the user is listed", cancellation: Cancellation);
        return Assert.Single(users);
    }

    /// <summary>Waits until the consumers have processed the journal, and returns the audit.</summary>
    private static async Task<IReadOnlyList<AuditLine>> UntilAudited(WholeSilo silo, int least)
    {
        var last = (await silo.Service<IJournal>().ReadAllAsync(0, 10_000, Cancellation))[^1].Position;
        for (var partition = 0; partition < new StreamSettings().Partitions; partition++)
        {
            var consumer = silo.Grains.JournalConsumer(AuditConsumer.Name, partition);
            await Eventually.HoldsAsync(
                async () => await consumer.GetPositionAsync() >= last, $"partition {partition} of the audit is at the end", cancellation: Cancellation);
        }

        var lines = (await Lists(silo).ListAudit(new AuditQuery { Limit = 100 })).Lines;
        Assert.True(lines.Count >= least, $"{lines.Count} changes are audited, not {least} or more");
        Assert.Equal(lines.Count, lines.Select(line => line.Position).Distinct().Count());
        return lines;
    }

    private static async Task RewindAsync(WholeSilo silo)
    {
        foreach (var consumer in new[] { AuditConsumer.Name, UserDirectoryConsumer.Name, StockListConsumer.Name })
        {
            for (var partition = 0; partition < new StreamSettings().Partitions; partition++)
            {
                await silo.Grains.JournalConsumer(consumer, partition).RewindAsync(0);
            }
        }

        silo.Service<JournalFeed>().Nudge();
    }

    private Task<WholeSilo> StartAsync() => WholeSilo.StartAsync(
        new Dictionary<string, string?>
        {
            ["Granary:DataDirectory"] = _directory.FullName,

            // A partition without events of a consumer tells it with the nudge how far it is.
            ["Granary:Streams:NudgePeriod"] = "00:00:01",
        },
        Cancellation);
}
