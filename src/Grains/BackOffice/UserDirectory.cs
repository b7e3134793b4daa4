using System.Data.Common;
using System.Globalization;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Stock.Catalogue;
using Granary.Streams.Views;

namespace Granary.Grains.BackOffice;

/// <summary>
/// The users by which lists are filtered and sorted, derived from the journal; a newer version always wins. The rest of a user is the
/// grain's to tell.
/// </summary>
public sealed class UserDirectory(IViewDatabase database) : IDisposable
{
    /// <summary>
    /// From so many matches of a text on, users are read in the order of their names instead of sorting the matches, as in
    /// <see cref="SqliteCatalogue"/>.
    /// </summary>
    private const int ManyMatches = 1_000;

    /// <summary>The index of texts has groups of three letters; a shorter text is looked for in every user.</summary>
    private const int IndexedLetters = 3;

    /// <summary>Searches for a text that run at a time: a text of one or two letters reads every user.</summary>
    private const int MostSearches = 2;

    private const string Upsert = """
        INSERT INTO user_directory (user_id, name, search, status, is_customer, is_operator, is_admin, version)
        VALUES (@id, @name, @search, @status, @customer, @operator, @admin, @version)
        ON CONFLICT (user_id) DO UPDATE SET
            name = excluded.name, search = excluded.search, status = excluded.status, is_customer = excluded.is_customer,
            is_operator = excluded.is_operator, is_admin = excluded.is_admin, version = excluded.version
        WHERE user_directory.version < excluded.version
        """;

    private const string Columns = "user_id, name, search, status, is_customer, is_operator, is_admin, version";

    private readonly SemaphoreSlim _searches = new(MostSearches);

    /// <inheritdoc/>
    public void Dispose() => _searches.Dispose();

    /// <summary>The entries of users.</summary>
    public Task<Dictionary<string, DirectoryEntry>> ReadAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) =>
        {
            var entries = new Dictionary<string, DirectoryEntry>(StringComparer.Ordinal);
            foreach (var id in ids)
            {
                if (await connection.Command($"SELECT {Columns} FROM user_directory WHERE user_id = @id", ("id", id))
                    .QueryAsync(Entry, cancellation) is [var entry])
                {
                    entries[id] = entry;
                }
            }

            return entries;
        },
        cancellationToken);

    /// <summary>Enters users, or updates those of an older version.</summary>
    public Task UpsertAsync(IReadOnlyCollection<DirectoryEntry> entries, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, cancellation) =>
        {
            foreach (var entry in entries)
            {
                await connection.Command(
                    Upsert,
                    ("id", entry.UserId),
                    ("name", entry.Name),
                    ("search", entry.Search),
                    ("status", (int)entry.Status),
                    ("customer", Flag(entry, Roles.Customer)),
                    ("operator", Flag(entry, Roles.Operator)),
                    ("admin", Flag(entry, Roles.Admin)),
                    ("version", entry.Version)).ExecuteAsync(cancellation);
            }

            return entries.Count;
        },
        cancellationToken);

    /// <summary>The entries that a query finds, by name, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<DirectoryEntry>> FindAsync(UserQuery query, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (string.IsNullOrEmpty(query.Search))
        {
            return await database.ReadAsync(
                async (connection, cancellation) => await List(connection, query, limit).QueryAsync(Entry, cancellation), cancellationToken);
        }

        await _searches.WaitAsync(cancellationToken);
        try
        {
            return await database.ReadAsync((connection, cancellation) => SearchAsync(connection, query, limit, cancellation), cancellationToken);
        }
        finally
        {
            _searches.Release();
        }
    }

    /// <summary>
    /// The statement of a page. It contains only the requested filters, so that the database can choose an index that already has the
    /// list's order: operators and administrators are few and have indexes of their own.
    /// </summary>
    public static DbCommand List(DbConnection connection, UserQuery query, int limit)
    {
        ArgumentNullException.ThrowIfNull(query);
        return FiltersOf(query).Command(connection, $"SELECT {Columns} FROM user_directory", "ORDER BY name, user_id LIMIT @limit", limit);
    }

    /// <summary>The statement that finds a page by the index of texts, where few users have it.</summary>
    public static DbCommand LookUp(DbConnection connection, UserQuery query, int limit)
    {
        ArgumentNullException.ThrowIfNull(query);
        var filters = FiltersOf(query);
        filters.With("match", MatchOf(query));

        // CROSS JOIN fixes the order of the loops: from the matches to their rows, and not along all names.
        return filters.Command(
            connection,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                SELECT {Columns}
                FROM (SELECT rowid AS id FROM user_search WHERE user_search MATCH @match LIMIT {ManyMatches}) AS matches
                CROSS JOIN user_directory USING (id)
                """),
            "ORDER BY name, user_id LIMIT @limit",
            limit);
    }

    /// <summary>The statement that finds a page along the names: quick where many users have the text.</summary>
    public static DbCommand Scan(DbConnection connection, UserQuery query, int limit, SqlDialect dialect)
    {
        ArgumentNullException.ThrowIfNull(query);
        var filters = FiltersOf(query);
        var folded = CatalogueEntry.Fold(query.Search);
        if (dialect == SqlDialect.PostgreSql)
        {
            // LIKE, because the index of texts serves it, where the database has one.
            filters.Add("search LIKE @text", "text", $"%{Escaped(folded)}%");
        }
        else
        {
            filters.Add("instr(search, @text) > 0", "text", folded);
        }

        return filters.Command(connection, $"SELECT {Columns} FROM user_directory", "ORDER BY name, user_id LIMIT @limit", limit);
    }

    private async Task<IReadOnlyList<DirectoryEntry>> SearchAsync(
        DbConnection connection, UserQuery query, int limit, CancellationToken cancellationToken)
    {
        var isIndexed = database.Dialect == SqlDialect.Sqlite && CatalogueEntry.Fold(query.Search).EnumerateRunes().Count() >= IndexedLetters;
        if (isIndexed)
        {
            var count = connection.Command(
                "SELECT count(*) FROM (SELECT 1 FROM user_search WHERE user_search MATCH @match LIMIT @most)",
                ("match", MatchOf(query)),
                ("most", ManyMatches));
            if ((await count.QueryAsync(row => row.GetInt64(0), cancellationToken))[0] < ManyMatches)
            {
                return await LookUp(connection, query, limit).QueryAsync(Entry, cancellationToken);
            }
        }

        return await Scan(connection, query, limit, database.Dialect).QueryAsync(Entry, cancellationToken);
    }

    private static Filters FiltersOf(UserQuery query)
    {
        var filters = new Filters();
        var isFew = query.Role is Roles.Operator or Roles.Admin;
        if (query.Role is { } role)
        {
            filters.Add(role switch
            {
                Roles.Admin => "is_admin = 1",
                Roles.Operator => "is_operator = 1",
                _ => "is_customer = 1",
            });
        }

        // The sign keeps the database from choosing the index of statuses, where those with the role are fewer.
        filters.Add(isFew ? "+status = @status" : "status = @status", "status", (int?)query.Status);
        filters.Add("name > @name", "name", query.After);
        return filters;
    }

    private static string MatchOf(UserQuery query) => $"\"{CatalogueEntry.Fold(query.Search).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Escaped(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    private static int Flag(DirectoryEntry entry, string role) => entry.Roles.Contains(role) ? 1 : 0;

    private static DirectoryEntry Entry(DbDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        (UserStatus)row.GetInt32(3),
        [.. Roles.All.Where((_, i) => row.GetInt32(4 + i) == 1)],
        row.GetInt64(7));
}

/// <summary>A user's row in the directory.</summary>
/// <param name="Name">The user name in lower case: names differ in more than their case.</param>
/// <param name="Search">The searched text: user name and display name, folded, on separate lines so that no match spans both.</param>
/// <param name="Version">The user's version with the last event that changed any of it.</param>
public sealed record DirectoryEntry(
    string UserId, string Name, string Search, UserStatus Status, IReadOnlyList<string> Roles, long Version)
{
    /// <summary>The row of a user.</summary>
    public static DirectoryEntry Of(string userId, string userName, string? displayName, UserStatus status, IReadOnlyList<string> roles, long version) =>
        new(userId, userName.ToLowerInvariant(), CatalogueEntry.Fold(userName + "\n" + displayName), status, roles, version);
}
