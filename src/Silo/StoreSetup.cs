using Granary.Catalogue;
using Granary.Journal;
using Granary.Stock;
using Npgsql;

namespace Granary.Hosting;

/// <summary>Adds the stores that a configuration names: the journal's, without its writer, and the catalogue's.</summary>
internal static class StoreSetup
{
    public static void AddStores(this IServiceCollection services, SiloOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.Journal);
        if (options.Storage == StorageKind.PostgreSql)
        {
            services.AddSingleton(_ => NpgsqlDataSource.Create(options.PostgreSql!));
            services.AddSingleton<IJournalStore, PostgreSqlJournal>();
            services.AddSingleton<ICatalogue, PostgreSqlCatalogue>();
        }
        else
        {
            CreateDataDirectory(options.DataDirectory);
            services.AddSingleton<IJournalStore>(_ => new SqliteJournal(PrivateFile.At(options.SqliteFile), options.Journal));
            services.AddSingleton<ICatalogue>(_ => new SqliteCatalogue(
                SqliteJournal.ConnectionString(options.SqliteFile, options.Journal)));
        }
    }

    private static void CreateDataDirectory(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException("Granary:DataDirectory", $"is '{path}', which cannot be created: {fault.Message}");
        }
    }
}
