using System.Collections.Concurrent;

namespace Granary.Hosting.Telemetry;

/// <summary>
/// Creates only one logger per category. Serilog's factory creates a new one at every call, with its own caches that never fill;
/// ASP.NET Core's results request a logger with every response, which cost about 2 KB per request.
/// </summary>
internal sealed class LoggersByCategory(ILoggerFactory inner) : ILoggerFactory
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    /// <summary>Decorates the logger factory that was registered last.</summary>
    public static void Decorate(IServiceCollection services)
    {
        var inner = services.Last(service => service.ServiceType == typeof(ILoggerFactory));
        services.AddSingleton<ILoggerFactory>(
            provider => new LoggersByCategory((ILoggerFactory)inner.ImplementationFactory!(provider)));
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, inner.CreateLogger);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
