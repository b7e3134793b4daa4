namespace Granary.Grains.Interfaces.Stock;

/// <summary>
/// Reports product changes from the journal in every process of the cluster: as soon as a change is durable, whichever silo made
/// it.
/// </summary>
public interface IProductNews
{
    /// <summary>Calls a listener for every change from now on, until the subscription is disposed.</summary>
    /// <param name="begin">Called before the first change.</param>
    /// <param name="changed">Called for every change, on the thread that reads the journal.</param>
    /// <param name="cancellationToken">Cancels waiting for the journal.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled, or the process stops.</exception>
    Task<IDisposable> ListenAsync(Action begin, Action<ProductChange> changed, CancellationToken cancellationToken);
}

/// <summary>A change of a product or of its stock.</summary>
/// <param name="Sku">The product.</param>
/// <param name="Version">The version of the stock item after the change; 1 for a new product.</param>
public readonly record struct ProductChange(string Sku, long Version);
