using Granary.Grains.Interfaces.Stock;
using Granary.Journal.PostgreSql;
using Npgsql;

namespace Granary.Grains.Stock.Catalogue;

/// <summary>The catalogue index in PostgreSQL.</summary>
public sealed class PostgreSqlCatalogue(NpgsqlDataSource dataSource) : ICatalogue
{
    private const string Find = "SELECT search, version FROM catalogue WHERE sku = $1";

    private const string Upsert =
        """
        INSERT INTO catalogue (sku, search, version) VALUES ($1, $2, $3)
        ON CONFLICT (sku) DO UPDATE SET search = excluded.search, version = excluded.version
        WHERE excluded.version >= catalogue.version
        """;

    private const string All = "SELECT sku FROM catalogue WHERE sku > $1 ORDER BY sku LIMIT $2";

    // LIKE, because the index of PostgreSqlSearchIndex serves it. The planner knows how frequent a text is and chooses between the index
    // and the order of the SKUs.
    private const string Containing = "SELECT sku FROM catalogue WHERE sku > $1 AND search LIKE $3 ORDER BY sku LIMIT $2";

    private const string ContainingEither = "SELECT sku FROM catalogue WHERE sku > $1 AND (search LIKE $3 OR search LIKE $4) ORDER BY sku LIMIT $2";

    /// <inheritdoc/>
    public async Task UpsertAsync(Product product, CancellationToken cancellationToken)
    {
        var entry = CatalogueEntry.Of(product);
        try
        {
            if (await IsNewsAsync(entry, cancellationToken))
            {
                await using var upsert = Command(Upsert, entry.Sku, entry.Search, entry.Version);
                await upsert.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        catch (NpgsqlException fault)
        {
            throw Unavailable(fault);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> SearchAsync(
        string? text, int limit, string? afterSku, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            return await SearchAsync(connection, text, limit, afterSku, cancellationToken);
        }
        catch (NpgsqlException fault)
        {
            throw Unavailable(fault);
        }
    }

    /// <summary>The same over a connection, such as one to a replica.</summary>
    /// <exception cref="NpgsqlException">The server cannot be read.</exception>
    internal static async Task<IReadOnlyList<string>> SearchAsync(
        NpgsqlConnection connection, string? text, int limit, string? afterSku, CancellationToken cancellationToken)
    {
        await using var search = Search(CatalogueEntry.Fold(text), CatalogueEntry.FoldOfEarlierRelease(text), limit, afterSku ?? "");
        search.Connection = connection;
        await using var reader = await search.ExecuteReaderAsync(cancellationToken);
        var skus = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            skus.Add(reader.GetString(0));
        }

        return skus;
    }

    private static NpgsqlCommand Search(string folded, string plain, long limit, string after) =>
        folded.Length == 0 ? With(new NpgsqlCommand(All), after, limit)
        : folded == plain ? With(new NpgsqlCommand(Containing), after, limit, PatternOf(folded))
        : With(new NpgsqlCommand(ContainingEither), after, limit, PatternOf(folded), PatternOf(plain));

    /// <summary>The pattern of texts that contain this one as it stands.</summary>
    private static string PatternOf(string text) =>
        $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

    private async Task<bool> IsNewsAsync(CatalogueEntry entry, CancellationToken cancellationToken)
    {
        await using var find = Command(Find, entry.Sku);
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        return !await reader.ReadAsync(cancellationToken) || entry.Renews(reader.GetString(0), reader.GetInt64(1));
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values) => With(dataSource.CreateCommand(sql), values);

    private static NpgsqlCommand With(NpgsqlCommand command, params ReadOnlySpan<object> values)
    {
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        return command;
    }

    private CatalogueUnavailableException Unavailable(NpgsqlException fault)
    {
        dataSource.ClearIfReadOnly(fault);
        return new CatalogueUnavailableException($"The catalogue's database cannot be used: {fault.Message}", fault);
    }
}
