using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Stock.Catalogue;
using Granary.Journal.PostgreSql;
using Granary.Journal.Sqlite;
using Granary.Journal;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Silo.Tests.Journal;

/// <summary>The contract of the catalogue index, for both databases.</summary>
public abstract class CatalogueContract : IAsyncLifetime
{
    private ICatalogue? _catalogue;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _catalogue = await CreateAsync();

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task Products_are_found_by_name_or_SKU_whatever_the_case()
    {
        await Enter("NW-1", "Größe Ä", 1);
        await Enter("nw-2", "100% _cotton_", 1);

        Assert.Equal(["NW-1"], await Search("GRÖßE ä"));
        Assert.Equal(["NW-1", "nw-2"], await Search("Nw-"));
        Assert.Equal(["nw-2"], await Search("% _C"));
        Assert.Empty(await Search("1Größe"));
        Assert.Empty(await Search("x%y"));
    }

    [Theory]
    [InlineData("Caf\u00e9", "cafe\u0301")]
    [InlineData("Cafe\u0301", "CAF\u00c9")]
    [InlineData("\u1112\u1161\u11ab", "\ud55c")]
    [InlineData("\u03bf\u03b4\u03cc\u03c2", "\u039f\u0394\u038c\u03a3")]
    [InlineData("\u039f\u0394\u03a3", "\u03bf\u03b4\u03c2")]
    [InlineData("\u03bf\u03b4\u03c2", "\u03bf\u03b4\u03c3")]
    public async Task Products_are_found_whatever_the_form_of_their_letters(string name, string text)
    {
        await Enter("SKU", $"x {name} y", 1);

        Assert.Equal(["SKU"], await Search(text));
    }

    [Fact]
    public async Task An_entry_that_an_earlier_release_has_folded_is_renewed_when_the_product_is_next_used()
    {
        await Enter("SKU", "caf\u00e9", 4);
        await ChangeAsync("UPDATE catalogue SET search = 'SKU cafe\u0301'");
        Assert.Empty(await Search("caf\u00e9"));

        await Enter("SKU", "caf\u00e9", 4);

        Assert.Equal(["SKU"], await Search("caf\u00e9"));
    }

    [Fact]
    public async Task A_page_begins_after_the_last_SKU_of_the_one_before_in_byte_order()
    {
        foreach (var sku in new[] { "b", "B", "a-1", "a_1", "A" })
        {
            await Enter(sku, "thing", 1);
        }

        Assert.Equal(["A", "B"], await Search("thing", limit: 2));
        Assert.Equal(["a-1", "a_1"], await Search("thing", limit: 2, after: "B"));
        Assert.Equal(["b"], await Search(null, limit: 2, after: "a_1"));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("abc")]
    [InlineData("1-a")]
    [InlineData("b\"c")]
    [InlineData("\u00e4b")]
    [InlineData("c\u00e4b")]
    [InlineData("%_%")]
    [InlineData("\\ab")]
    [InlineData("item")]
    [InlineData("none")]
    public async Task A_search_finds_what_reading_every_product_finds(string text)
    {
        // So many that some texts are in more products than the index is asked for.
        string[] words = ["abc", "b\"cd", "c\u00e4b", "50%_%", "x\\ab", "\u00c4B", "bca"];
        var names = Enumerable.Range(0, 1_200).Select(i => (Sku: $"SKU-{i % 10}-{i:0000}", Name: $"{words[i % 7]} {words[i / 7 % 7]} item")).ToList();
        await ChangeAsync("INSERT INTO catalogue (sku, search, version) VALUES " + string.Join(", ", names.Select(named =>
            $"('{named.Sku}', '{CatalogueEntry.Fold(named.Sku + "\n" + named.Name)}', 1)")));
        var folded = CatalogueEntry.Fold(text);
        var expected = names.Where(named => CatalogueEntry.Fold(named.Sku + "\n" + named.Name).Contains(folded, StringComparison.Ordinal))
            .Select(named => named.Sku).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(expected.Take(10), await Search(text));
        Assert.Equal(expected, await Search(text, limit: 2_000));
        Assert.Equal(expected.Where(sku => string.CompareOrdinal(sku, "SKU-5") > 0).Take(10), await Search(text, after: "SKU-5"));
    }

    [Fact]
    public async Task A_renamed_product_is_found_by_its_new_name_alone()
    {
        await Enter("SKU", "linden honey", 1);
        await Enter("SKU", "cane sugar", 2);

        Assert.Equal(["SKU"], await Search("sugar"));
        Assert.Empty(await Search("honey"));
    }

    [Fact]
    public async Task An_older_version_changes_nothing()
    {
        await Enter("SKU", "first", 3);
        await Enter("SKU", "second", 5);
        await Enter("SKU", "late", 4);

        Assert.Equal(["SKU"], await Search("second"));
        Assert.Empty(await Search("late"));
        Assert.Empty(await Search("first"));
    }

    protected abstract Task<ICatalogue> CreateAsync();

    protected abstract Task ChangeAsync(string sql);

    private Task Enter(string sku, string name, long version) =>
        _catalogue!.UpsertAsync(new Product(sku, name, null, 1, StockStatus.Active, 0, version), Cancellation);

    private Task<IReadOnlyList<string>> Search(string? text, int limit = 10, string? after = null) =>
        _catalogue!.SearchAsync(text, limit, after, Cancellation);
}

public sealed class SqliteCatalogueTests : CatalogueContract
{
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-catalogue-tests-").FullName;

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override async Task ChangeAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_directory, "granary.db")};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new SqliteCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_file_of_an_earlier_release_gets_the_index_of_the_search()
    {
        var file = Path.Combine(_directory, "granary.db");
        await ChangeAsync(
            """
            DROP TABLE catalogue; DROP TABLE catalogue_search; DELETE FROM schema_migrations WHERE version = 4;
            CREATE TABLE catalogue (sku TEXT PRIMARY KEY, search TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID;
            INSERT INTO catalogue VALUES ('TEA', 'tea' || char(10) || 'earl grey', 3), ('CUP', 'cup' || char(10) || 'stoneware', 1);
            """);
        await using var journal = new SqliteJournal(file, new JournalStoreOptions());
        await journal.InitializeAsync(TestContext.Current.CancellationToken);
        var catalogue = new SqliteCatalogue(SqliteJournal.ConnectionString(file, new JournalStoreOptions()));

        Assert.Equal(["TEA"], await catalogue.SearchAsync("grey", 10, null, TestContext.Current.CancellationToken));
        Assert.Equal(["CUP", "TEA"], await catalogue.SearchAsync("", 10, null, TestContext.Current.CancellationToken));
    }

    protected override async Task<ICatalogue> CreateAsync()
    {
        var file = Path.Combine(_directory, "granary.db");
        await using var journal = new SqliteJournal(file, new JournalStoreOptions());
        await journal.InitializeAsync(TestContext.Current.CancellationToken);
        return new SqliteCatalogue(SqliteJournal.ConnectionString(file, new JournalStoreOptions()));
    }
}

public sealed class PostgreSqlCatalogueTests(SharedPostgres postgres) : CatalogueContract
{
    private NpgsqlDataSource? _source;

    public override ValueTask DisposeAsync() => _source?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_search_for_a_rare_text_reads_the_index()
    {
        await ChangeAsync("INSERT INTO catalogue SELECT 'SKU-' || i, 'sku-' || i || chr(10) || md5(i::text), 1 FROM generate_series(1, 20000) AS i");
        await ChangeAsync("ANALYZE catalogue");

        await using var explain = _source!.CreateCommand("EXPLAIN SELECT sku FROM catalogue WHERE sku > '' AND search LIKE '%sku-1999%' ORDER BY sku LIMIT 51");
        await using var reader = await explain.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var plan = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            plan.Add(reader.GetString(0));
        }

        Assert.Contains(plan, line => line.Contains("Bitmap Index Scan on catalogue_search", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_that_forbids_the_extension_is_searched_without_an_index_and_the_log_says_so()
    {
        var text = await postgres.CreateDatabaseAsync();
        await using var owner = NpgsqlDataSource.Create(text);
        var role = $"clerk{Guid.NewGuid():n}";
        await using (var grant = owner.CreateCommand($"CREATE ROLE {role} LOGIN PASSWORD 'clerk'; GRANT ALL ON SCHEMA public TO {role}"))
        {
            await grant.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(text) { Username = role, Password = "clerk" }.ToString());
        var log = new Warnings();
        await using var journal = new PostgreSqlJournal(source, new JournalStoreOptions(), log);
        await journal.InitializeAsync(TestContext.Current.CancellationToken);
        var catalogue = new PostgreSqlCatalogue(source);
        await catalogue.UpsertAsync(new Product("TEA", "Earl Grey", null, 1, StockStatus.Active, 0, 1), TestContext.Current.CancellationToken);

        Assert.Equal(["TEA"], await catalogue.SearchAsync("grey", 10, null, TestContext.Current.CancellationToken));
        Assert.Contains("pg_trgm", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    protected override async Task ChangeAsync(string sql)
    {
        await using var command = _source!.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    protected override async Task<ICatalogue> CreateAsync()
    {
        _source = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await using var journal = new PostgreSqlJournal(_source, new JournalStoreOptions(), NullLogger<PostgreSqlJournal>.Instance);
        await journal.InitializeAsync(TestContext.Current.CancellationToken);
        return new PostgreSqlCatalogue(_source);
    }

    private sealed class Warnings : ILogger<PostgreSqlJournal>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
