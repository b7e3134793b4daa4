using Granary.Hosting.Stores;
using Granary.Journal.PostgreSql;
using Npgsql;

namespace Granary.Hosting.Auth;

/// <summary>Composes the keys of the platform's own tokens.</summary>
public static class SigningKeySetup
{
    /// <summary>Adds the key ring over the store that the options name.</summary>
    public static void AddSigningKeys(this IServiceCollection services, AuthOptions options)
    {
        services.AddSingleton(options);
        if (options.ConnectionString is { } connection)
        {
            services.AddPostgreSqlServers(connection, options.DataDirectory);
        }

        services.AddSingleton(provider => StoreOf(options, provider));
        services.AddSingleton<SigningKeyRing>();
    }

    private static ISigningKeyStore StoreOf(AuthOptions options, IServiceProvider provider)
    {
        if (options.SigningKeys.Count > 0)
        {
            return new ConfiguredSigningKeys(options.SigningKeys);
        }

        if (options.ConnectionString is null)
        {
            return new FileSigningKeys(options.DataDirectory);
        }

        return new PostgreSqlSigningKeys(
            provider.GetService<NpgsqlDataSource>() ?? provider.GetRequiredService<PostgreSqlServers>().Open());
    }
}
