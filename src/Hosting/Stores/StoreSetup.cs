using Granary.Grains.Stock.Catalogue;
using Granary.Grains.Webhooks;
using Granary.Hosting.Health;
using Granary.Hosting.Settings;
using Granary.Hosting.Sites;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Journal.Sqlite;
using Granary.Streams;
using Granary.Streams.Views;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Granary.Hosting.Stores;

/// <summary>Adds the configured stores of the journal (without its writer), the catalogue, the views and the webhooks.</summary>
internal static class StoreSetup
{
    public static void AddStores(this IServiceCollection services, PlatformSettings options)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.Journal);
        services.AddHostedService<ReplicationMetrics>();
        if (options.Storage == StorageKind.PostgreSql)
        {
            services.AddPostgreSqlServers(options.PostgreSql!, options.DataDirectory, options.Site);
            services.AddSingleton(provider => provider.GetRequiredService<PostgreSqlServers>().Open());
            services.AddSingleton<PrimaryWatch>();
            services.AddHostedService(provider => provider.GetRequiredService<PrimaryWatch>());
            services.AddSiteWatch(options, isIdle: false);
            if (PostgreSqlServers.AreSeveral(options.PostgreSql!))
            {
                services.AddHealthChecks().AddCheck<ReplicationHealth>("replication");
            }

            services.AddSingleton<IJournalStore, PostgreSqlJournal>();
            services.AddSingleton<ICatalogue, PostgreSqlCatalogue>();
        }
        else
        {
            CreateDataDirectory(options.DataDirectory);
            services.AddSingleton<IJournalStore>(_ => new SqliteJournal(Create(options, options.SqliteFile), options.Journal));
            services.AddSingleton<ICatalogue>(_ => new SqliteCatalogue(
                SqliteJournal.ConnectionString(options.SqliteFile, options.Journal)));
        }
    }

    /// <summary>Adds the servers of a connection string; what opens connections to them shares what they have seen.</summary>
    public static void AddPostgreSqlServers(this IServiceCollection services, string connectionString, string dataDirectory, DatabaseSite? site = null) =>
        services.TryAddSingleton(provider => new PostgreSqlServers(
            connectionString, provider.GetService<ILogger<PostgreSqlServers>>(), Path.Combine(dataDirectory, "timeline"), site));

    /// <summary>Adds the database of the views and the services that follow the journal.</summary>
    public static void AddViews(this IServiceCollection services, PlatformSettings options, StreamSettings streams)
    {
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(streams));
        if (options.Storage == StorageKind.PostgreSql)
        {
            services.AddSingleton<IViewDatabase>(provider => new PostgreSqlViews(provider.GetRequiredService<PostgreSqlServers>()));
            services.AddHostedService<PostgreSqlWake>();
            services.AddHostedService<HeldBackWatch>();
        }
        else
        {
            services.AddSingleton<IViewDatabase>(_ => new SqliteViews(
                Create(options, options.ViewFile), patience: options.Journal.CommandTimeout));
        }

        services.AddJournalFeed();
    }

    /// <summary>Adds the database of the webhooks.</summary>
    public static void AddWebhookDatabase(this IServiceCollection services, PlatformSettings options) =>
        services.AddKeyedSingleton<IViewDatabase>(WebhookComposition.Database, (provider, _) => options.Storage == StorageKind.PostgreSql
            ? new PostgreSqlViews(provider.GetRequiredService<PostgreSqlServers>())
            : new SqliteViews(
                Create(options, options.WebhookFile), "SqliteWebhooks", durable: true, options.Journal.CommandTimeout));

    private static string Create(PlatformSettings options, string file)
    {
        try
        {
            return PrivateFile.At(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException(
                SettingKeys.DataDirectory, $"is '{options.DataDirectory}', where this process cannot use {Path.GetFileName(file)}: {fault.Message}");
        }
    }

    private static void CreateDataDirectory(string path)
    {
        try
        {
            DataDirectory.Create(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException(SettingKeys.DataDirectory, $"is '{path}', which cannot be created: {fault.Message}");
        }
    }
}
