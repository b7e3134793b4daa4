using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;

namespace Granary.Silo.Tests.Saga;

/// <summary>Makes calls from one grain to another fail before or after they were carried out.</summary>
public sealed class FaultyCalls(FaultPlan plan) : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var fault = context.SourceId is { } source && IsGrain(source) && IsOfTheSaga(context.InterfaceMethod.DeclaringType)
            ? plan.Next()
            : Fault.None;
        if (fault == Fault.Before)
        {
            throw new TimeoutException("Injected: the message was lost.");
        }

        await context.Invoke();
        if (fault == Fault.After)
        {
            throw new TimeoutException("Injected: the answer was lost.");
        }
    }

    private static bool IsGrain(GrainId source) => !source.IsClient() && !source.IsSystemTarget();

    private static bool IsOfTheSaga(Type? type) =>
        type == typeof(IOrderGrain) || type == typeof(IStockGrain) || type == typeof(IUserGrain) || type == typeof(IPaymentGrain);
}
