using Granary.Http;
using Granary.Problems;

namespace Granary.Products;

/// <summary>What the product endpoints work with.</summary>
public readonly record struct ProductDesk(IGrainFactory Grains, ProductCache Products, Currency Currency, RefusalProblems Problems);
