using CsCheck;
using Granary.Domain.Orders;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests.Orders;

public sealed class ReadOrderAsOf
{
    private static readonly Gen<(int Pick, long Quantity)[]> Steps = Gen.Select(Gen.Int[0, 99], Gen.Long[1, 9]).Array[0, 20];

    [Fact]
    public void For_every_version_and_time_of_a_life_an_order_reads_as_it_was_answered_then() => Steps.Sample(steps =>
    {
        var life = new OrderLife();
        foreach (var (pick, quantity) in steps)
        {
            if (life.Permitted is not { Count: > 0 } permitted)
            {
                break;
            }

            if (pick >= 80)
            {
                life.Abandon(quantity);
            }

            life.Fire(permitted[pick % permitted.Count], quantity);
        }

        Assert.Equal(life.Order.Version, life.Answered.Count);
        for (var version = 1; version <= life.Answered.Count; version++)
        {
            var answered = life.Answered[version - 1];
            Order? expected = answered.Exists ? answered.ToOrder() : null;
            var at = life.History[version - 1].At;
            Assert.Equivalent(expected, OrderAsOf.Version("o1", life.History, version)?.ToOrder(), strict: true);
            Assert.Equivalent(expected, OrderAsOf.Time("o1", life.History, at)?.ToOrder(), strict: true);
            Assert.Equal(
                version == 1 ? null : life.Answered[version - 2] is { Exists: true } before ? before.VisibleVersion : null,
                OrderAsOf.Time("o1", life.History, at.AddTicks(-1))?.VisibleVersion);
        }

        Assert.Null(OrderAsOf.Version("o1", life.History, 0));
        Assert.Null(OrderAsOf.Version("o1", life.History, life.Order.Version + 1));
        Assert.Null(OrderAsOf.Version("o1", life.History, long.MaxValue));
    }, iter: 200);
}
