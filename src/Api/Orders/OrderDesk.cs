using Granary.Http;
using Granary.Problems;

namespace Granary.Orders;

/// <summary>What the order endpoints work with.</summary>
public readonly record struct OrderDesk(
    IGrainFactory Grains,
    IOrderPlacing Placing,
    Currency Currency,
    RefusalProblems Problems,
    TimeProvider Clock);
