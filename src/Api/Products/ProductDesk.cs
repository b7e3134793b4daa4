using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Products.Cache;

namespace Granary.Api.Products;

/// <summary>The services of the product endpoints.</summary>
public readonly record struct ProductDesk(IGrainFactory Grains, ProductCache Products, CatalogueSearch Catalogue, Currency Currency, RefusalProblems Problems);
