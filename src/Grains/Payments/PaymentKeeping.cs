using Granary.Domain.Payments;
using Granary.Grains.Payments.Providers;
using Granary.Journal;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Granary.Grains.Payments;

/// <summary>The services of a payment.</summary>
/// <param name="Journal">Where it is kept.</param>
/// <param name="Clock">Now.</param>
/// <param name="Times">When a provider that has not answered is asked again.</param>
/// <param name="Terms">What all payments of the shop share.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Messaging">How long callers wait for a grain.</param>
/// <param name="Lifetime">Whether the silo stops.</param>
/// <param name="Logger">The log, which has no token.</param>
/// <param name="Gateway">The way to the provider.</param>
/// <param name="Outcomes">Counts what came of calls to it.</param>
public sealed record PaymentKeeping(
    IJournal Journal,
    TimeProvider Clock,
    PaymentTimes Times,
    PaymentTerms Terms,
    PaymentMetrics Metrics,
    IOptions<SiloMessagingOptions> Messaging,
    IHostApplicationLifetime Lifetime,
    ILogger<PaymentGrain> Logger,
    ProviderGateway Gateway,
    ProviderMetrics Outcomes);

/// <summary>What all payments of the shop share.</summary>
/// <param name="Currency">ISO 4217 code.</param>
public sealed record PaymentTerms(string Currency);
