using System.Text.Json.Serialization.Metadata;
using Granary.Grains.BackOffice;
using Granary.Grains.Claims;
using Granary.Grains.EventSourcing;
using Granary.Grains.Orders;
using Granary.Grains.Settings;
using Granary.Grains.Stock;
using Granary.Grains.Stock.Catalogue;
using Granary.Journal;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Granary.Grains;

/// <summary>
/// Services that the grains need beside those of the silo (<see cref="OrderOptions"/>, an <see cref="IJournal"/>, grain storage,
/// an <see cref="ICatalogue"/>).
/// </summary>
public static class GrainServices
{
    /// <summary>Registers these services.</summary>
    public static IServiceCollection AddGranaryGrains(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PriceBook>();
        services.AddSingleton<LastMinute>();
        services.AddSingleton<OrderMetrics>();
        services.AddSingleton<SettingsMetrics>();
        services.AddSingleton<PlacementSaga>();
        services.AddSingleton<StockMetrics>();
        services.AddSingleton<SnapshotStore>();
        services.AddSingleton<IJsonTypeInfoResolver>(SnapshotJson.Default);
        services.AddSingleton<ClaimKeeping>();
        services.AddSingleton<SiloLosses>();
        services.AddSingleton<RecentPlacements>();
        services.AddSingleton<CheckBackTurns>();
        services.AddSingleton<KeeperRevival>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            provider => provider.GetRequiredService<SiloLosses>());
        return services;
    }
}
