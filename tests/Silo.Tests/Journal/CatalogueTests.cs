using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Stock.Catalogue;
using Granary.Journal.PostgreSql;
using Granary.Journal.Sqlite;
using Granary.Journal;
using Microsoft.Data.Sqlite;
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
}
