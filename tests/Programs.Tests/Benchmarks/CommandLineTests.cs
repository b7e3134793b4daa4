using Granary.Load;

namespace Granary.Programs.Tests.Benchmarks;

public sealed class CommandLineTests
{
    [Fact]
    public void A_rate_makes_the_load_open_and_keeps_the_warm_up_of_the_scenario()
    {
        var scenario = RunPlan.Of(new(["run", "--scenario", "place-hot", "--rate", "700", "--duration", "12"]));
        var profile = Assert.IsType<OpenProfile>(scenario.Profile);
        Assert.Equal(700, profile.ArrivalsPerSecond);
        Assert.Equal(TimeSpan.FromSeconds(12), profile.Duration);
        Assert.Equal(ScenarioCatalogue.Find("place-hot")!.Profile.WarmUp, profile.WarmUp);
    }

    [Fact]
    public void With_fewer_clients_of_a_flash_sale_each_still_orders_once()
    {
        var scenario = RunPlan.Of(new(["run", "--scenario", "flash-sale", "--clients", "50"]));
        Assert.Equal(1, Assert.IsType<ClosedProfile>(scenario.Profile).VisitsPerClient);
    }

    [Theory]
    [InlineData("run", "--scenario", "no-such-thing")]
    [InlineData("run", "--scenario", "place-hot", "--rate", "fast")]
    [InlineData("run", "--scenario", "place-hot", "--rate", "-1")]
    [InlineData("run", "--scenario", "place-hot", "--clients", "0")]
    [InlineData("run", "--scenario")]
    [InlineData("run", "scenario", "place-hot")]
    public void Invalid_arguments_are_refused(params string[] arguments) =>
        Assert.Throws<UsageException>(() => RunPlan.Of(new(arguments)));

    [Fact]
    public void An_unknown_option_is_refused()
    {
        var line = new CommandLine(["run", "--scenario", "place-hot", "--claints", "12"]);
        RunPlan.Of(line);
        Assert.Throws<UsageException>(line.RefuseUnknown);
    }
}
