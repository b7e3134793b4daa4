using Granary.Client;

namespace Granary.Programs.Tests.Cluster;

/// <summary>
/// A cluster whose journal has two databases on two servers, of which either is killed while customers order, and once a silo in the same
/// second. Customers who need only the other database go on; the account is exact afterwards.
/// </summary>
[Collection(Deployment.WholeMachine)]
public sealed class LostDatabaseTests(ITestOutputHelper output)
{
    private const string Database = "one of two databases lost";
    private const string FirstDatabase = "database 0 lost, which has the views";
    private const string DatabaseAndSilo = "one of two databases lost, and a silo killed in the same second";

    private static readonly KeyValuePair<string, string>[] Settings = [new("Granary__Journal__RetryFor", "00:00:03")];

    /// <summary>How many orders must be placed without the database.</summary>
    private const int Enough = 200;

    [Fact]
    public async Task Orders_that_need_only_the_other_database_go_on_and_the_account_is_exact()
    {
        await using var deployment = await Deployment.StartDividedAsync(
            [ClusterProgram.Silo, ClusterProgram.Silo], [ClusterProgram.FrontEnd, ClusterProgram.FrontEnd], Settings);
        await using var account = await Account.OpenAsync(deployment);
        await using var crowd = await Crowd.EnterAsync(deployment);
        await using var ofFirst = await IndependentBuyers.EnterAsync(deployment, 0);
        await using var ofSecond = await IndependentBuyers.EnterAsync(deployment, 1);
        await crowd.IsServedAsync();
        await using var consumer = FeedConsumer.Start(deployment.FrontEnds.Select(frontEnd => frontEnd.Address), Deployment.AdminPassword);

        await EndureAsync(Database, deployment.Second!, silo: null, ofFirst);
        await EndureAsync(DatabaseAndSilo, deployment.Second!, deployment.Silos[0], ofFirst);
        await EndureAsync(FirstDatabase, deployment.Postgres, silo: null, ofSecond);

        async Task EndureAsync(string fault, PostgresServer server, ProgramProcess? silo, IndependentBuyers independent)
        {
            crowd.Tally.Begin();
            await Task.WhenAll(server.KillAsync(), silo?.KillAsync() ?? Task.CompletedTask);
            if (silo is not null)
            {
                // Grains of the silo are in nobody's memory before the others know that it is dead.
                await Deployment.CountsActiveAsync(deployment.Silos[1], 1);
                crowd.Tally.Note("declared dead");
            }

            independent.Begin();
            await Eventually.HoldsAsync(() => independent.Placed >= Enough, "orders that need only the other database are placed");
            await Eventually.HoldsAsync(() => crowd.Tally.Failures > 0, "orders that need the database are refused");
            var (placed, failed) = (independent.Placed, independent.Failed);
            await server.RestartAsync(immediate: true);
            if (silo is not null)
            {
                await Deployment.StartAsync(silo);
            }

            await crowd.IsServedAsync();
            var report = $"{crowd.Tally.Describe(fault)}\n{placed} independent orders were placed meanwhile, {failed} were not";
            output.WriteLine(report);
            Console.WriteLine(report);
            Assert.True(placed >= 0.99 * (placed + failed), $"{report}\n{string.Join('\n', independent.Failures)}");
            var goOn = await crowd.PauseAsync();
            var firstGoOn = await ofFirst.PauseAsync();
            var secondGoOn = await ofSecond.PauseAsync();
            var admin = await Administrator.LoginAsync(crowd.FrontEnds[0].Http);
            await account.IsExactAsync(crowd, () => TouchAsync(admin), [.. ofFirst.Told, .. ofSecond.Told]);
            var delivered = $"{await account.IsDeliveredAsync()}, {await account.IsFedAsync(consumer)}";
            output.WriteLine(delivered);
            Console.WriteLine(delivered);
            Assert.True(crowd.Tally.Wrong.Count == 0, string.Join('\n', crowd.Tally.Wrong));
            firstGoOn();
            secondGoOn();
            goOn();
        }

        async Task TouchAsync(GranaryClient admin)
        {
            await crowd.TouchEverythingAsync(admin);
            await ofFirst.TouchEverythingAsync(admin);
            await ofSecond.TouchEverythingAsync(admin);
        }
    }
}
