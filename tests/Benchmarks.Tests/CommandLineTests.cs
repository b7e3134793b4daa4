namespace Granary.Load.Tests;

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
    public void Fewer_clients_of_a_flash_sale_still_come_once_each()
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
    public void What_makes_no_sense_is_refused(params string[] arguments) =>
        Assert.Throws<UsageException>(() => RunPlan.Of(new(arguments)));

    [Fact]
    public void An_option_that_nobody_reads_is_refused()
    {
        var line = new CommandLine(["run", "--scenario", "place-hot", "--claints", "12"]);
        RunPlan.Of(line);
        Assert.Throws<UsageException>(line.RefuseUnknown);
    }
}
