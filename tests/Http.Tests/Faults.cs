using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Feed;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Interfaces.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Granary.Http.Tests;

/// <summary>
/// Doubles that fail on demand: the calls that a request makes fail, or placing refuses, as its header <see cref="Header"/>
/// says. Other requests, and what a test prepares, are not touched.
/// </summary>
public sealed class Faults : IStartupFilter, IOutgoingGrainCallFilter
{
    /// <summary>The header that names the fault.</summary>
    public const string Header = "X-Fault";

    /// <summary>The journal cannot be reached.</summary>
    public const string StorageAway = "storage-away";

    /// <summary>A grain has a fault.</summary>
    public const string Bug = "bug";

    /// <summary>The receiver of a webhook has answered 410, so that the webhook is disabled.</summary>
    public const string ReceiverGone = "receiver-gone";

    /// <summary>Placing finds that the price changes all the time.</summary>
    public const string PriceMoves = "price-moves";

    /// <summary>Placing finds that another request with the key is in progress.</summary>
    public const string InFlight = "in-flight";

    /// <summary>The payment provider is left alone because it fails.</summary>
    public const string ProviderAway = "provider-away";

    private static readonly AsyncLocal<Wanted?> Current = new();

    /// <summary>Puts the doubles into an application.</summary>
    public static void AddTo(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IStartupFilter, Faults>();
        builder.Services.AddSingleton<IOutgoingGrainCallFilter, Faults>();

        // Runs when the application has registered its own services.
        ((IHostApplicationBuilder)builder).ConfigureContainer(new DefaultServiceProviderFactory(), static services =>
        {
            Replace<IOrderPlacing>(services, own => new Placing(own));
            Replace<IEventFeed>(services, own => new Feed(own));
        });
    }

    private static void Replace<T>(IServiceCollection services, Func<T, T> doubleOf)
        where T : class
    {
        var own = services.Last(service => service.ServiceType == typeof(T));
        services.Add(ServiceDescriptor.Singleton(provider => doubleOf((T)
            (own.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, own.ImplementationType!)))));
    }

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, following) =>
        {
            Current.Value = context.Request.Headers[Header] is [{ } fault] ? new Wanted(fault) : null;
            await following(context);
        });
        next(app);
    };

    /// <inheritdoc/>
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (Current.Value is { } wanted && context.InterfaceName.StartsWith("Granary.", StringComparison.Ordinal)
            && !wanted.Spares(context))
        {
            if (wanted.Fault == ReceiverGone && context.MethodName == nameof(IWebhookDesk.Redeliver))
            {
                context.Result = new DeliveryReply(null, new IllegalTransition("disabled", ["delete"]));
                return Task.CompletedTask;
            }

            if (wanted.Fault == ProviderAway && context.MethodName == nameof(IPaymentGrain.Pay))
            {
                context.Result = new PaymentReply(null, new PaymentProviderUnavailable(60));
                return Task.CompletedTask;
            }

            wanted.Throw();
        }

        return context.Invoke();
    }

    private sealed class Wanted(string fault)
    {
        private bool _knowsCaller;

        public string Fault => fault;

        /// <summary>The question whether the caller may act comes first, and is answered: the route itself shall fail.</summary>
        public bool Spares(IOutgoingGrainCallContext call)
        {
            var first = !_knowsCaller && call.InterfaceMethod.DeclaringType == typeof(IUserGrain) && call.MethodName == nameof(IUserGrain.Get);
            _knowsCaller = true;
            return first;
        }

        public void Throw()
        {
            switch (fault)
            {
                case StorageAway:
                    throw new JournalUnavailableException("The test has taken the journal away.");
                case Bug:
                    throw new InvalidOperationException("The test has a grain fail.");
                default:
                    break;
            }
        }
    }

    private sealed class Feed(IEventFeed own) : IEventFeed
    {
        public IReadOnlyList<string> Types
        {
            get
            {
                Current.Value?.Throw();
                return own.Types;
            }
        }

        public Task<FeedPage> ReadAsync(FeedQuery query, CancellationToken cancellationToken)
        {
            Current.Value?.Throw();
            return own.ReadAsync(query, cancellationToken);
        }

        public Task<Refusal?> CheckAsync(FeedQuery query, CancellationToken cancellationToken)
        {
            Current.Value?.Throw();
            return own.CheckAsync(query, cancellationToken);
        }

        public IAsyncEnumerable<FeedPage> FollowAsync(FeedQuery query, string reader, TimeSpan heartbeat, CancellationToken cancellationToken) =>
            own.FollowAsync(query, reader, heartbeat, cancellationToken);
    }

    private sealed class Placing(IOrderPlacing own) : IOrderPlacing
    {
        public async Task<OrderReply> PlaceAsync(string orderId, PlaceOrder command)
        {
            switch (Current.Value?.Fault)
            {
                case PriceMoves:
                    return new PriceMoving(command.Lines[0].Sku);
                case InFlight:
                    return new OrderInFlight();
                default:
                    Current.Value?.Throw();
                    return await own.PlaceAsync(orderId, command);
            }
        }
    }
}
