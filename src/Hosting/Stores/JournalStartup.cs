using Granary.Grains.Interfaces;
using Granary.Journal;
using Granary.Streams.Views;

namespace Granary.Hosting.Stores;

/// <summary>
/// Migrates the database to the newest schema before grain storage and grains use it; waits for a database that is still
/// starting.
/// </summary>
internal sealed class JournalStartup(IJournalStore store, IViewDatabase views, JournalStoreOptions options, ILogger<JournalStartup> log)
    : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(JournalStartup), ServiceLifecycleStage.RuntimeStorageServices, StartAsync);

    private async Task StartAsync(CancellationToken cancellation)
    {
        var deadline = Environment.TickCount64 + (long)options.RetryFor.TotalMilliseconds;
        while (true)
        {
            try
            {
                await store.InitializeAsync(cancellation);
                await views.MigrateAsync(cancellation);
                return;
            }
            catch (JournalUnavailableException fault) when (Environment.TickCount64 < deadline)
            {
                log.LogWarning("Waiting for the journal's database: {Fault}", fault.InnerException?.Message ?? fault.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(500), cancellation);
            }
        }
    }
}
