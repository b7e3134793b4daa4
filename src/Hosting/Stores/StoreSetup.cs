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
using Npgsql;

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
            services.AddSingleton<IJournalStore>(provider => new PostgreSqlJournal(
                provider.GetRequiredService<NpgsqlDataSource>(),
                options.Journal,
                provider.GetRequiredService<ILogger<PostgreSqlJournal>>(),
                provider.GetRequiredService<PostgreSqlServers>(),
                partitions: options.Databases.Count > 1 ? provider.GetRequiredService<JournalPartitions>() : null));
            services.AddSingleton<ICatalogue, PostgreSqlCatalogue>();
            services.AddDatabases(options);
            services.AddSiteWatch(options, isIdle: false);
            if (options.Databases.Any(PostgreSqlServers.AreSeveral))
            {
                services.AddHealthChecks().AddCheck<ReplicationHealth>("replication");
            }
        }
        else
        {
            CreateDataDirectory(options.DataDirectory);
            services.AddSingleton<IJournalStore>(_ => new SqliteJournal(Create(options, options.SqliteFile), options.Journal));
            services.AddSingleton<ICatalogue>(_ => new SqliteCatalogue(
                SqliteJournal.ConnectionString(options.SqliteFile, options.Journal)));
        }
    }

    /// <summary>Adds the databases of the journal: the first is that of the other stores, and its services are registered already.</summary>
    private static void AddDatabases(this IServiceCollection services, PlatformSettings options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new JournalPartitions(
            provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<StreamSettings>>().Value.Partitions, StreamNames.PartitionOf));
        if (options.Databases.Count > 1)
        {
            services.AddSingleton(provider => new FurtherDatabases(options, provider));
        }

        services.AddSingleton(provider => new JournalDatabases(
            [
                new JournalDatabase(
                    0, provider.GetRequiredService<PostgreSqlServers>(), provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<IJournalStore>()),
                .. provider.GetService<FurtherDatabases>()?.All ?? [],
            ],
            provider.GetRequiredService<JournalPartitions>()));
        services.AddSingleton(provider => new JournalStores([.. provider.GetRequiredService<JournalDatabases>().All.Select(database => database.Store)]));
        services.AddPrimaryWatches(static provider => provider.GetRequiredService<JournalDatabases>().All.Select(database => (database.Number, database.Servers)));
    }

    /// <summary>Adds what wakes the feed and what looks for open transactions, for each database of the journal.</summary>
    private static void AddFollowers(this IServiceCollection services, int databases)
    {
        if (databases > 1)
        {
            services.AddHostedService<PartitionWatch>();
        }

        for (var number = 0; number < databases; number++)
        {
            var database = number;
            services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<PostgreSqlWake>(provider, SourceOf(provider, database), database));
            services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<HeldBackWatch>(provider, SourceOf(provider, database), database));
        }
    }

    private static NpgsqlDataSource SourceOf(IServiceProvider provider, int database) =>
        provider.GetRequiredService<JournalDatabases>().All[database].Source;

    /// <summary>Adds the journal to read, in a process that hosts no grains.</summary>
    public static void AddJournalReader(this IServiceCollection services, PlatformSettings options)
    {
        if (options.Databases.Count > 1)
        {
            services.AddSingleton<IJournal>(provider => new PartitionedJournal(
                [.. provider.GetRequiredService<JournalStores>().All.Select(store => new JournalReader(store))],
                provider.GetRequiredService<JournalPartitions>()));
        }
        else
        {
            services.AddSingleton<IJournal, JournalReader>();
        }
    }

    /// <summary>Adds the journal to read and write. The container disposes of it after the silo has stopped, so grains append while they deactivate.</summary>
    public static void AddJournalWriter(this IServiceCollection services, PlatformSettings options)
    {
        services.AddSingleton<JournalMetrics>();
        if (options.Databases.Count > 1)
        {
            services.AddSingleton<IJournal>(provider => new PartitionedJournal(
                [
                    .. provider.GetRequiredService<JournalDatabases>().All.Select(database => new GroupCommitJournal(
                        database.Store, provider.GetRequiredService<JournalMetrics>(), provider.GetRequiredService<ILogger<GroupCommitJournal>>(), database.Number)),
                ],
                provider.GetRequiredService<JournalPartitions>()));
        }
        else
        {
            services.AddSingleton<GroupCommitJournal>();
            services.AddSingleton<IJournal>(provider => provider.GetRequiredService<GroupCommitJournal>());
        }
    }

    /// <summary>Adds what asks the servers of each database for their state.</summary>
    public static void AddPrimaryWatches(this IServiceCollection services, Func<IServiceProvider, IEnumerable<(int Database, PostgreSqlServers Servers)>> databases)
    {
        services.AddSingleton(provider => new PrimaryWatches(
            [
                .. databases(provider).Select(database => new PrimaryWatch(
                    database.Database, database.Servers, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PrimaryWatch>>())),
            ]));
        services.AddHostedService(provider => provider.GetRequiredService<PrimaryWatches>());
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
            services.AddFollowers(options.Databases.Count);
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
            ? provider.GetRequiredService<IViewDatabase>()
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
