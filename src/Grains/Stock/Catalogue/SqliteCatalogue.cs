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

    // In the order of the SKUs, until the page is full: quick where nearly every product matches.
    private const string Scan =
        """
        SELECT sku FROM catalogue
        WHERE sku > $after AND ($text = '' OR instr(search, $text) > 0 OR instr(search, $plain) > 0)
        ORDER BY sku LIMIT $limit
        """;

    private const string CountMatches = "SELECT count(*) FROM (SELECT 1 FROM catalogue_search WHERE catalogue_search MATCH $match LIMIT $most)";

    // CROSS JOIN fixes the order of the loops: from the matches to their rows, and not along all SKUs.
    private const string LookUp =
        """
        SELECT catalogue.sku
        FROM (SELECT rowid AS id FROM catalogue_search WHERE catalogue_search MATCH $match LIMIT $most) AS matches CROSS JOIN catalogue USING (id)
        WHERE catalogue.sku > $after
        ORDER BY catalogue.sku LIMIT $limit
        """;

    /// <summary>
    /// From so many matches on, products are read in the order of their SKUs instead of sorting the matches. Of 100,000 products, 1,000
    /// matches take 1 to 3 ms; a text with more is found in a page after 10,000 products at most, unless its products are neighbours.
    /// </summary>
    private const int ManyMatches = 1_000;

    /// <summary>The index has groups of three letters; a shorter text is looked for in every product.</summary>
    private const int IndexedLetters = 3;

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
                var folded = CatalogueEntry.Fold(text);
                var plain = CatalogueEntry.FoldOfEarlierRelease(text);
                return IsIndexed(folded) && IsIndexed(plain) && FindMatches(connection, MatchOf(folded, plain), limit, afterSku) is { } few
                    ? few
                    : Read(connection, Scan, ("$text", folded), ("$plain", plain), ("$after", afterSku ?? ""), ("$limit", limit));
            },
            cancellationToken);

    /// <summary>The page, by the index; null if so many products match that reading them in order is quicker.</summary>
    private static List<string>? FindMatches(SqliteConnection connection, string match, int limit, string? afterSku)
    {
        using var count = Command(connection, CountMatches, ("$match", match), ("$most", ManyMatches));
        return (long)count.ExecuteScalar()! < ManyMatches
            ? Read(connection, LookUp, ("$match", match), ("$most", ManyMatches), ("$after", afterSku ?? ""), ("$limit", limit))
            : null;
    }

    private static bool IsIndexed(string text) => text.EnumerateRunes().Count() >= IndexedLetters;

    /// <summary>The query of the index: one of the texts as it stands, between quotes.</summary>
    private static string MatchOf(string folded, string plain) =>
        folded == plain ? Quoted(folded) : $"{Quoted(folded)} OR {Quoted(plain)}";

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static List<string> Read(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var search = Command(connection, sql, values);
        using var reader = search.ExecuteReader();
        var skus = new List<string>();
        while (reader.Read())
        {
            skus.Add(reader.GetString(0));
        }

        return skus;
    }

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
