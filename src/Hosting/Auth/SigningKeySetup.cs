using Npgsql;

namespace Granary.Hosting.Auth;

/// <summary>Composes the keys of the platform's own tokens.</summary>
public static class SigningKeySetup
{
    /// <summary>Adds the key ring over the store that the options name.</summary>
    public static void AddSigningKeys(this IServiceCollection services, AuthOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(provider => StoreOf(options, provider));
        services.AddSingleton<SigningKeyRing>();
    }

    private static ISigningKeyStore StoreOf(AuthOptions options, IServiceProvider provider)
    {
        if (options.SigningKeys.Count > 0)
        {
            return new ConfiguredSigningKeys(options.SigningKeys);
        }

        if (options.ConnectionString is not { } connection)
        {
            return new FileSigningKeys(options.DataDirectory);
        }

        // A front end that is only a client of the cluster has no silo that registers the data source.
        return new PostgreSqlSigningKeys(
            provider.GetService<NpgsqlDataSource>() ?? NpgsqlDataSource.Create(connection));
    }
}
