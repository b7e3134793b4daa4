using Granary.Hosting.Auth;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Granary.Api.Auth;

/// <summary>Composes authentication and authorisation: tokens, roles, active users, logins.</summary>
public static class AuthSetup
{
    /// <summary>Adds authentication and authorisation from <c>Granary:Auth</c> and <c>Granary:Admin</c>.</summary>
    /// <exception cref="InvalidConfigurationException">The configuration is invalid; the message names the key.</exception>
    public static void AddGranaryAuth(this IHostApplicationBuilder builder)
    {
        var settings = builder.Settings();
        var options = AuthOptions.From(settings);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(PasswordHashing.HasherOptions);
        services.AddSingleton<Passwords>();
        services.AddSingleton(provider =>
        {
            var verified = ActivatorUtilities.CreateInstance<VerifiedTokens>(provider);
            provider.GetRequiredService<SigningKeyRing>().KeyRemoved += verified.Clear;
            return verified;
        });
        services.AddSingleton<ApiKeyRing>();
        services.AddHostedService(provider => provider.GetRequiredService<ApiKeyRing>());
        services.AddSingleton<TokenVerifier>();
        services.AddSingleton<TokenMetrics>();
        services.AddSingleton<LastingAccess>();
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerTokens>();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddAuthorization(Policies.Configure);
        RemoveKeyRingOfDataProtection(services);
        services.AddSigningKeys(options);
        if (options.Authority is null)
        {
            AddLogins(services, settings);
        }
    }

    /// <summary>Rejects callers without permission; must come after authentication and after the rate limits by caller.</summary>
    public static void UseGranaryAuthorization(this WebApplication app)
    {
        app.UseMiddleware<ActiveUserCheck>();
        app.UseAuthorization();
    }

    /// <summary>Maps <c>POST /auth/token</c>, unless an external issuer issues the tokens.</summary>
    public static void MapGranaryTokens(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetRequiredService<AuthOptions>().Authority is null)
        {
            routes.MapTokens();
            routes.MapAccount();
        }
    }

    // Authentication registers it for cookies, which this API does not use; at start it would write keys to the home directory.
    private static void RemoveKeyRingOfDataProtection(IServiceCollection services)
    {
        var starter = services.Single(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Assembly == typeof(KeyManagementOptions).Assembly);
        services.Remove(starter);
    }

    private static void AddLogins(IServiceCollection services, SettingsReader settings)
    {
        services.AddSingleton<LoginThrottle>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<Login>();
        services.AddHostedService<SigningKeyUpkeep>();
        services.AddSingleton(new AdministratorOptions(settings.Read(SettingKeys.AdminUserName), settings.Read(SettingKeys.AdminPassword)));
        services.TryAddSingleton(System.Console.Out);
        services.AddSingleton<FirstAdministrator>();
        services.AddHostedService(provider => provider.GetRequiredService<FirstAdministrator>());
    }
}
