using System.Text.Json.Nodes;

namespace Granary.Silo.Tests.Payments.Providers;

/// <summary>What a person has done at the provider, which the journal knows no decision for.</summary>
public sealed class ReconcileByHandTests(ProviderSilo silo) : IClassFixture<ProviderSilo>
{
    [Fact]
    public async Task A_refund_by_hand_is_found_and_calls_an_operator_and_nothing_more_goes_back()
    {
        var payment = await silo.PayAsync();
        await silo.CallAsync(payment, "refund", 9, new { amount = 30 });

        var (code, output) = await silo.RunAsync("--json");

        Assert.Equal(1, code);
        var found = JsonNode.Parse(output)!["differences"]![0]!;
        Assert.Equal(("missing_here", $"{payment}-refund-9"), ((string?)found["difference"], (string?)found["key"]));
        var now = (await silo.Payment(payment).Get(null)).Payment!;
        Assert.Equal(("refunded_elsewhere", 0), (now.NeedsAttention, now.Refunded));
        Assert.Equal((0, 100, 30), await silo.ChargeAsync(payment));

        // It is found as often as it is looked for, and says nothing new.
        Assert.Equal(1, (await silo.RunAsync()).Code);
        Assert.Equal(now.Version, (await silo.Payment(payment).Get(null)).Payment!.Version);
    }
}
