using Granary.Hosting.Settings;
using Granary.Journal;
using Granary.Journal.PostgreSql;

namespace Granary.Hosting.Stores;

/// <summary>The databases of the journal after the first: they have nothing but their part of the journal.</summary>
internal sealed class FurtherDatabases : IAsyncDisposable
{
    private readonly List<JournalDatabase> _all = [];

    public FurtherDatabases(PlatformSettings options, IServiceProvider provider)
    {
        foreach (var (number, connectionString) in options.Databases.Index().Skip(1))
        {
            var servers = new PostgreSqlServers(
                connectionString, provider.GetService<ILogger<PostgreSqlServers>>(), Path.Combine(options.DataDirectory, $"timeline-{number}"));
            var source = servers.Open();
            var store = new PostgreSqlJournal(source, options.Journal, provider.GetRequiredService<ILogger<PostgreSqlJournal>>(), servers, number,
                provider.GetRequiredService<JournalPartitions>());
            _all.Add(new JournalDatabase(number, servers, source, store));
        }
    }

    /// <summary>All of them, in the order of their numbers.</summary>
    public IReadOnlyList<JournalDatabase> All => _all;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var database in _all)
        {
            await ((PostgreSqlJournal)database.Store).DisposeAsync();
            await database.Servers.DisposeAsync();
        }
    }
}
