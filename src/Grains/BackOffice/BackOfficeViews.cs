namespace Granary.Grains.BackOffice;

/// <summary>Composes the views of the back office. The streams must be registered already.</summary>
public static class BackOfficeViews
{
    /// <summary>Registers them.</summary>
    public static IServiceCollection AddBackOfficeViews(this IServiceCollection services)
    {
        services.AddSingleton<AuditView>();
        services.AddSingleton<UserDirectory>();
        services.AddSingleton<StockList>();
        return services;
    }
}
