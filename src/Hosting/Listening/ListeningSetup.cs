using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Granary.Hosting.Listening;

/// <summary>Has a process bind its ports before anything else starts.</summary>
public static class ListeningSetup
{
    /// <summary>
    /// Binds the addresses for HTTP first. Called before anything that is to start after them: services start in the order in which
    /// they were added.
    /// </summary>
    public static void AddHttpAddresses(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<HttpAddresses>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<HttpAddresses>());
        builder.Services.AddOptions<SocketTransportOptions>().Configure<HttpAddresses>((kestrel, addresses) => addresses.HandTo(kestrel));
    }
}
