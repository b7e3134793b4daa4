using Granary.Domain.Payments;
using Granary.Grains.Payments.Index;
using Granary.Grains.Payments.Reconciling;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Granary.Grains.Payments;

/// <summary>Composes payments, apart from their provider.</summary>
public static class PaymentComposition
{
    /// <summary>Registers payments and their sweep. The journal and the views must be registered already.</summary>
    /// <param name="services">The services of a silo.</param>
    /// <param name="currency">ISO 4217 code of the deployment's currency.</param>
    public static IServiceCollection AddPayments(this IServiceCollection services, string currency)
    {
        services.TryAddSingleton(PaymentTimes.Default);
        services.AddSingleton(new PaymentTerms(currency));
        services.AddSingleton<PaymentMetrics>();
        services.AddSingleton<PaymentKeeping>();
        services.AddPaymentIndex();
        services.AddSingleton<ReconciliationStore>();
        services.AddHostedService<PaymentSweep>();
        return services;
    }

    /// <summary>Registers the index of due payments. The views' database must be registered already.</summary>
    public static IServiceCollection AddPaymentIndex(this IServiceCollection services)
    {
        services.AddSingleton<PaymentIndex>();
        return services;
    }
}
