using Granary.Domain.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Orders;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;

namespace Granary.Silo.Tests.Saga;

/// <summary>The commit group goes with a call to a participant of the same silo, and to no other.</summary>
public sealed class CommitGroupTests : IAsyncLifetime
{
    private readonly InProcessTestCluster _cluster = new InProcessTestClusterBuilder(2).Build();

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync();

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_participant_on_the_same_silo_joins_the_group_and_one_on_another_silo_knows_of_none()
    {
        var caller = await StartOnAsync(0);

        Assert.Equal(2, await caller.Take(await StartOnAsync(0)));
        Assert.Equal(0, await caller.Take(await StartOnAsync(1)));
    }

    [Fact]
    public async Task A_closed_group_takes_no_append_in()
    {
        var group = new CommitGroup();
        Assert.True(group.Join(Task.FromResult<Requirement?>(new Requirement("stock/tea", Task.CompletedTask))));
        Assert.True(group.Join(Task.FromResult<Requirement?>(null)));

        var requirements = await group.CloseAsync("order");

        Assert.Equal("stock/tea", Assert.Single(requirements).Stream);
        Assert.False(group.Join(Task.FromResult<Requirement?>(new Requirement("stock/late", Task.CompletedTask))));
        Assert.Single(requirements);
    }

    [Fact]
    public async Task However_a_participant_comes_in_its_append_is_required_or_it_is_told_that_none_requires_it()
    {
        for (var round = 0; round < 1_000; round++)
        {
            var group = new CommitGroup();
            var join = Task.Run(() => group.Join(Task.FromResult<Requirement?>(new Requirement("stock/tea", Task.CompletedTask))));
            var close = Task.Run(() => group.CloseAsync("order"));

            Assert.Equal(await join ? 1 : 0, (await close).Count);
        }
    }

    [Fact]
    public async Task A_participant_that_lost_what_it_decided_fails_the_order()
    {
        var group = new CommitGroup();
        group.Join(Task.FromException<Requirement?>(new VersionConflictException("stock/tea", 3)));

        var fault = await Assert.ThrowsAsync<RequirementFailedException>(() => group.CloseAsync("order"));

        Assert.IsType<VersionConflictException>(fault.InnerException);
    }

    [Fact]
    public void A_price_that_moved_is_named_by_its_product()
    {
        var outcome = AttemptOutcome.From(
            [new RequestedLine("TEA", 1), new RequestedLine("CUP", 1), new RequestedLine("POT", 1)],
            [
                new ReserveReply(ReserveResult.Reserved, "Tea", 100, 9), new ReserveReply(ReserveResult.PriceChanged, "Cup", 200, 9),
                new ReserveReply(ReserveResult.PriceChanged, "Pot", 300, 9),
            ],
            null);

        Assert.Equal(new AttemptOutcome.PriceMoved("CUP"), outcome);
    }

    [Fact]
    public void What_an_order_needs_more_counts_at_the_price_of_the_order()
    {
        var order = OrderState.Initial("order") with { Lines = [new OrderLine("TEA", "Tea", 1, 100)], Total = 100 };
        var plan = OrderAmendmentPlan.For(order, [new RequestedLine("TEA", 3)]);

        // Alone, and at today's price, the increase would cost more than an order may.
        var outcome = AttemptOutcome.From(
            plan.Increases, [new ReserveReply(ReserveResult.Reserved, "Tea", Limits.Amount, 9)], null, plan.Priced);

        Assert.Equal(300, Assert.IsType<AttemptOutcome.Taken>(outcome).Total);
    }

    private async Task<IGroupProbe> StartOnAsync(int silo)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, _cluster.Silos[silo].SiloAddress);
        var probe = _cluster.Client.GetGrain<IGroupProbe>(Guid.NewGuid());
        Assert.Equal(_cluster.Silos[silo].SiloAddress, await probe.Where());
        return probe;
    }
}

/// <summary>A grain that calls another one as a saga calls a participant, and joins as a participant does.</summary>
public interface IGroupProbe : IGrainWithGuidKey
{
    /// <summary>The silo that it lives on.</summary>
    Task<SiloAddress> Where();

    /// <summary>Reserves and holds; the answer is how many appends the group has then.</summary>
    Task<int> Take(IGroupProbe participant);

    Task Reserve(ReserveStock command);

    Task Hold(HoldMoney command);
}

/// <inheritdoc/>
public sealed class GroupProbe(ILocalSiloDetails silo) : Grain, IGroupProbe
{
    /// <inheritdoc/>
    public Task<SiloAddress> Where() => Task.FromResult(silo.SiloAddress);

    /// <inheritdoc/>
    public async Task<int> Take(IGroupProbe participant)
    {
        var group = new CommitGroup();
        await participant.Reserve(new ReserveStock("order", 1, 2, 3) { Group = group });
        await participant.Hold(new HoldMoney("order", 1, 2) { Group = group });
        return (await group.CloseAsync("order")).Count;
    }

    /// <inheritdoc/>
    public Task Reserve(ReserveStock command)
    {
        Assert.Equal(("order", 1L, 2L, 3L), (command.OrderId, command.Attempt, command.Quantity, command.ExpectedPrice!.Value));
        return Join(command.Group);
    }

    /// <inheritdoc/>
    public Task Hold(HoldMoney command)
    {
        Assert.Equal(("order", 1L, 2L), (command.OrderId, command.Attempt, command.Amount));
        return Join(command.Group);
    }

    private Task Join(ICommitGroup? group)
    {
        group?.Join(Task.FromResult<Requirement?>(new Requirement($"probe/{this.GetPrimaryKey()}", Task.CompletedTask)));
        return Task.CompletedTask;
    }
}
