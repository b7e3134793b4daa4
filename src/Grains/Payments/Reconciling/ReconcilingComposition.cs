namespace Granary.Grains.Payments.Reconciling;

/// <summary>Composes the comparison with the provider's list.</summary>
public static class ReconcilingComposition
{
    /// <summary>Registers what compares. The journal and the provider must be registered already.</summary>
    public static IServiceCollection AddReconciler(this IServiceCollection services)
    {
        services.AddSingleton<PaymentJournal>();
        services.AddSingleton<Reconciler>();
        return services;
    }

    /// <summary>Registers the nightly comparison of a silo. The views must be registered already.</summary>
    public static IServiceCollection AddNightlyReconciliation(this IServiceCollection services)
    {
        services.AddReconciler();
        services.AddSingleton<ReconciliationMetrics>();
        services.AddSingleton<ReconciliationJob>();
        services.AddHostedService(provider => provider.GetRequiredService<ReconciliationJob>());
        return services;
    }
}
