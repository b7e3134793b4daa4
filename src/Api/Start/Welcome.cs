using Granary.Api.Auth;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Granary.Api.Start;

/// <summary>
/// Prints where the product answers and what to do next, if a person is at the terminal: after the first administrator's password, which a
/// reader needs next, unless the store keeps that waiting.
/// </summary>
public sealed class Welcome(
    IHostApplicationLifetime lifetime, IServer server, IHostEnvironment environment, PlatformSettings silo, IEnumerable<FirstAdministrator> administrators)
    : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (environment.IsDevelopment() || !System.Console.IsOutputRedirected)
        {
            lifetime.ApplicationStarted.Register(() => _ = PrintAsync());
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task PrintAsync()
    {
        // None where another issuer's tokens are taken.
        await Task.WhenAll(administrators.Select(administrator => administrator.Registered)).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        System.Console.WriteLine(Text());
    }

    private string Text()
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        var store = silo.Storage == StorageKind.Sqlite ? silo.SqliteFile : "PostgreSQL";
        return $"""

            Granary answers at {address}
            Orders are kept in {store}
            Its console for people is at {address}/console
            Its API is described, and can be tried, at {address}/docs

            Next, in another terminal:
              curl {address}/products
                what there is to order
              GRANARY_PASSWORD=... dotnet run --project src/Api -- import northwind --url {address}
                a real catalogue and 830 orders; the password is the administrator's
            The README goes on from there. Ctrl+C stops.

            """;
    }
}
