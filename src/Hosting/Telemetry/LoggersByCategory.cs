using System.Collections.Concurrent;

namespace Granary.Hosting.Telemetry;

/// <summary>
/// Makes one logger a category. Serilog's factory makes a new one at every call, with caches of its own that it never fills;
/// the results of ASP.NET Core ask for one with every answer, which came to some 2 KB a request.
/// </summary>
internal sealed class LoggersByCategory(ILoggerFactory inner) : ILoggerFactory
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    /// <summary>Puts it before the factory that is registered last.</summary>
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
