namespace Granary.Grains.Interfaces.Stock;

/// <summary>
/// Tells of changes of products from the journal, on every process of the cluster: as soon as a change is durable, wherever it was
/// made.
/// </summary>
public interface IProductNews
{
    /// <summary>Tells a listener of every change from now on, until the subscription is disposed.</summary>
    /// <param name="begin">Called before the first change.</param>
    /// <param name="changed">Called for every change, on the thread that reads the journal.</param>
    /// <param name="cancellationToken">Gives up waiting for the journal.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled, or the process stops.</exception>
    Task<IDisposable> ListenAsync(Action begin, Action<ProductChange> changed, CancellationToken cancellationToken);
}

/// <summary>A product, or what is in stock of it, has changed.</summary>
/// <param name="Sku">The product.</param>
/// <param name="Version">The version of its stock item since then; 1 for a new product.</param>
public readonly record struct ProductChange(string Sku, long Version);
