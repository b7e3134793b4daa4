using System.Reflection;
using Granary.Domain.Orders;
using Granary.Domain.Stock;
using Granary.Domain.Users;

namespace Granary.Programs.Tests.Releases;

/// <summary>Later releases keep the contract and the events of an earlier one: its silos still call, and its stores are still read.</summary>
public sealed class ReleaseContractTests
{
    [Fact]
    public async Task Every_grain_method_and_message_of_the_release_exists_unchanged()
    {
        var released = await Release.LinesAsync("contract.txt");
        var present = ContractManifest.Of(Directory.GetFiles(AppContext.BaseDirectory, "Granary.*.dll")
            .Select(Path.GetFileNameWithoutExtension)
            .Where(name => !name!.EndsWith("Tests", StringComparison.Ordinal) && !name.EndsWith("Testing", StringComparison.Ordinal))
            .Select(name => Assembly.Load(name!)));

        Assert.True(released.Count > 300);
        Assert.Empty(released.Except(present));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task Every_event_type_of_the_release_is_known_and_occurs_in_its_store(string store)
    {
        var released = await Release.LinesAsync("events.txt");
        var known = OrderEvent.Codec.Names.Concat(StockEvent.Codec.Names).Concat(UserEvent.Codec.Names).Concat(StockAlert.Codec.Names);
        var journal = await Release.ReadAsync($"{store}/granary.sql");

        Assert.Equal(39, released.Count);
        Assert.Empty(released.Except(known));
        Assert.All(released, name => Assert.Contains($", '{name}', ", journal, StringComparison.Ordinal));
    }
}
