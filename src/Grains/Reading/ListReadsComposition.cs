using Granary.Grains.Interfaces.Reading;

namespace Granary.Grains.Reading;

/// <summary>Composes the reading of lists from a replica or the primary.</summary>
public static class ListReadsComposition
{
    /// <summary>Registers it. The stores, the views, the feed and <see cref="ReplicaOptions"/> must be registered, too.</summary>
    public static IServiceCollection AddListReads(this IServiceCollection services)
    {
        services.AddSingleton<ReadMetrics>();
        services.AddSingleton<ReplicaReads>();
        services.AddSingleton<SnapshotLists>();
        services.AddSingleton<IListReads, ListReads>();
        return services;
    }
}
