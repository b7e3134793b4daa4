namespace Granary.Grains.Claims;

/// <summary>
/// Counts the silos that this silo has seen die. An order on a dead silo may have decided something without telling the
/// participants that keep stock or money for it; participants ask again when the count has changed.
/// </summary>
public sealed class SiloLosses(ISiloStatusOracle oracle) : ISiloStatusListener, ILifecycleParticipant<ISiloLifecycle>
{
    private int _count;

    /// <summary>How many silos have died while this one ran.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(SiloLosses), ServiceLifecycleStage.RuntimeServices, _ =>
        {
            oracle.SubscribeToSiloStatusEvents(this);
            return Task.CompletedTask;
        });

    /// <inheritdoc/>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead)
        {
            Interlocked.Increment(ref _count);
        }
    }
}
