using Granary.Grains.Interfaces.Stock;
using Microsoft.Data.Sqlite;

namespace Granary.Grains.Stock.Catalogue;

/// <summary>The catalogue index in the SQLite file of the journal. SQLite's calls block, so they run on the thread pool.</summary>
public sealed class SqliteCatalogue(string connectionString) : ICatalogue
{
    private const string Find = "SELECT search, version FROM catalogue WHERE sku = $sku";

    private const string Upsert =
        """
        INSERT INTO catalogue (sku, search, version) VALUES ($sku, $search, $version)
        ON CONFLICT (sku) DO UPDATE SET search = excluded.search, version = excluded.version
        WHERE excluded.version >= catalogue.version
        """;

    private const string Search =
        """
        SELECT sku FROM catalogue
        WHERE sku > $after AND ($text = '' OR instr(search, $text) > 0 OR instr(search, $plain) > 0)
        ORDER BY sku LIMIT $limit
        """;

    /// <inheritdoc/>
    public Task UpsertAsync(Product product, CancellationToken cancellationToken)
    {
        var entry = CatalogueEntry.Of(product);
        return RunAsync(
            connection =>
            {
                if (IsNews(connection, entry))
                {
                    using var upsert = Command(
                        connection, Upsert, ("$sku", entry.Sku), ("$search", entry.Search), ("$version", entry.Version));
                    upsert.ExecuteNonQuery();
                }

                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> SearchAsync(
        string? text, int limit, string? afterSku, CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<string>>(
            connection =>
            {
                using var search = Command(connection, Search,
                    ("$text", CatalogueEntry.Fold(text)), ("$plain", CatalogueEntry.FoldOfEarlierRelease(text)), ("$after", afterSku ?? ""), ("$limit", limit));
                using var reader = search.ExecuteReader();
                var skus = new List<string>();
                while (reader.Read())
                {
                    skus.Add(reader.GetString(0));
                }

                return skus;
            },
            cancellationToken);

    private static bool IsNews(SqliteConnection connection, CatalogueEntry entry)
    {
        using var find = Command(connection, Find, ("$sku", entry.Sku));
        using var reader = find.ExecuteReader();
        return !reader.Read() || entry.Renews(reader.GetString(0), reader.GetInt64(1));
    }

    private Task<T> RunAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                using var connection = new SqliteConnection(connectionString);
                connection.Open();
                return work(connection);
            }
            catch (SqliteException fault)
            {
                throw new CatalogueUnavailableException($"The catalogue's file cannot be used: {fault.Message}", fault);
            }
        },
        cancellationToken);

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = new SqliteCommand(sql, connection);
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
