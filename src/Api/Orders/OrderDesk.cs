using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Settings;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Reading;

namespace Granary.Api.Orders;

/// <summary>The services of the order endpoints.</summary>
public readonly record struct OrderDesk(
    IGrainFactory Grains,
    IOrderPlacing Placing,
    IListReads Lists,
    RequestVariants Variants,
    Currency Currency,
    RefusalProblems Problems,
    TimeProvider Clock);
