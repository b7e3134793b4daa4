using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Orders;

namespace Granary.Silo.Tests.Saga;

/// <summary>A saga as on another silo: the commit group of its attempts does not reach the participants.</summary>
public sealed class SagaElsewhere(PlacementSaga saga)
{
    internal const string Mark = "granary.tests.elsewhere";

    public async Task<OrderReply> PlaceAsync(string orderId, PlaceOrder command)
    {
        RequestContext.Set(Mark, true);
        return await saga.PlaceAsync(orderId, command);
    }
}

/// <summary>Takes the commit group out of calls of a <see cref="SagaElsewhere"/>, as the way to another silo does.</summary>
public sealed class CallsFromElsewhere : IOutgoingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (RequestContext.Get(SagaElsewhere.Mark) is true && context.Request.GetArgumentCount() == 1)
        {
            switch (context.Request.GetArgument(0))
            {
                case ReserveStock { Group: not null } reserve:
                    context.Request.SetArgument(0, reserve with { Group = null });
                    break;
                case HoldMoney { Group: not null } hold:
                    context.Request.SetArgument(0, hold with { Group = null });
                    break;
            }
        }

        return context.Invoke();
    }
}
