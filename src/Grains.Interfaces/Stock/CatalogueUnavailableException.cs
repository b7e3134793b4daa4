namespace Granary.Grains.Interfaces.Stock;

/// <summary>The catalogue's store cannot be reached.</summary>
[GenerateSerializer, Alias("granary.catalogue-unavailable")]
public sealed class CatalogueUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
