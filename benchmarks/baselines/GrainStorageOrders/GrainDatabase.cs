using Npgsql;

namespace Granary.Baselines;

/// <summary>The database of Orleans' grain storage, for the baselines that keep their grains there.</summary>
internal static class GrainDatabase
{
    /// <summary>Opens <c>ConnectionStrings:Granary</c> and creates the tables that are missing.</summary>
    public static async Task<NpgsqlDataSource> OpenAsync(IConfiguration configuration)
    {
        var connection = new NpgsqlConnectionStringBuilder(configuration.GetConnectionString("Granary"))
        {
            MaxAutoPrepare = 10,
            AutoPrepareMinUsages = 1,
            NoResetOnClose = true,
            MaxPoolSize = configuration.GetValue("Pool", 32),
        };
        var dataSource = NpgsqlDataSource.Create(connection);
        using var resource = typeof(GrainDatabase).Assembly.GetManifestResourceStream("Schema.sql")!;
        using var reader = new StreamReader(resource);
        await using var command = dataSource.CreateCommand(await reader.ReadToEndAsync());
        await command.ExecuteNonQueryAsync();
        return dataSource;
    }
}
