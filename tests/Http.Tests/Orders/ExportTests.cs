using System.Globalization;
using System.Text.Json;
using Granary.Client;
using Granary.Grains.Interfaces.Orders;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Orders;

/// <summary>The export of an application of its own, with many orders in its journal. <c>EXPORT_ORDERS</c> says how many.</summary>
public sealed class ExportTests : IAsyncLifetime
{
    private readonly PageCount _pages = new();
    private GranaryApp _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static int Orders => int.TryParse(Environment.GetEnvironmentVariable("EXPORT_ORDERS"), CultureInfo.InvariantCulture, out var orders) ? orders : 30_000;

    public async ValueTask InitializeAsync() => _app = await GranaryApp.StartWith(
        application => application.Services.AddSingleton<IIncomingGrainCallFilter>(_pages));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task An_export_has_every_order_once_holds_few_in_memory_and_is_broken_off_or_complete()
    {
        await LoadAsync(Orders);
        using var staff = _app.CreateClient(_app.AdminToken);

        // A caller that does not read holds the export up: what is on the way fits into the buffers of the connection.
        _pages.Reset();
        using (var unread = await OpenAsync(staff, "/orders/export"))
        {
            Assert.Equal("application/x-ndjson", unread.Content.Headers.ContentType?.MediaType);
            await UntilHeldUpAsync();
            Assert.InRange(_pages.Orders, 1, 20_000);
        }

        var memory = 0L;
        var started = TimeProvider.System.GetTimestamp();
        using var answer = await OpenAsync(staff, "/orders/export");
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
        var count = 0;
        while (await lines.ReadLineAsync(Cancellation) is { } line)
        {
            if (count % 1_000 == 0)
            {
                using var order = JsonDocument.Parse(line);
                Assert.Equal(Reference(count), order.RootElement.GetProperty("external_reference").GetString());
                memory = Math.Max(memory, Environment.WorkingSet);
            }

            count++;
        }

        Assert.Equal(Orders, count);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{count} orders in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s, working set at most {memory / 1_048_576} MB.");
    }

    [Fact]
    public async Task An_export_takes_the_filters_of_lists_resumes_after_an_order_and_breaks_off_where_reading_fails()
    {
        const int Few = 1_000;
        await LoadAsync(Few);
        using var staff = _app.CreateClient(_app.AdminToken);
        var client = new GranaryClient(staff);
        var some = await client.ExportOrdersAsync(new OrderFilter { Sku = "SKU-7" }, cancellationToken: Cancellation).ToListAsync(Cancellation);
        Assert.Equal(Enumerable.Range(0, Few / 10).Select(i => Reference((i * 10) + 7)), some.Select(order => order.ExternalReference));
        var rest = client.ExportOrdersAsync(new OrderFilter { Sku = "SKU-7", UpdatedSince = some[^2].CreatedAt }, some[^2].Id, Cancellation);
        Assert.Equal([some[^1].Id], await rest.Select(order => order.Id).ToListAsync(Cancellation));

        // The second page fails: the answer must not end as a complete one does. The client reads on where it was.
        _pages.FailAt = 2;
        using (var broken = await OpenAsync(staff, "/orders/export"))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => broken.Content.ReadAsStringAsync(Cancellation));
        }

        _pages.FailAt = 2;
        Assert.Equal(
            Enumerable.Range(0, Few).Select(Reference),
            await client.ExportOrdersAsync(cancellationToken: Cancellation).Select(order => order.ExternalReference!).ToListAsync(Cancellation));

        foreach (var query in new[] { "after=nothing", $"after={new string('0', 26)}0", "limit=5", "sort=oldest", "status=lost", "from=yesterday", "after=" + new string('z', 26) })
        {
            using var refused = await staff.SendJson(HttpMethod.Get, "/orders/export?" + query);
            await refused.ExpectProblem(400, "validation");
        }

        using var customer = _app.CreateClient(_app.TokenOf(await _app.Register("customer"), "customer"));
        using var forbidden = await customer.SendJson(HttpMethod.Get, "/orders/export");
        await forbidden.ExpectProblem(403, "forbidden");
    }

    private static string Reference(int order) => $"ref-{order}";

    private static Task<HttpResponseMessage> OpenAsync(HttpClient client, string path) =>
        client.SendAsync(new HttpRequestMessage(HttpMethod.Get, path), HttpCompletionOption.ResponseHeadersRead, Cancellation);

    /// <summary>Waits until the export reads no further.</summary>
    private async Task UntilHeldUpAsync()
    {
        var (before, times) = (-1, 0);
        await Eventually.HoldsAsync(
            () =>
            {
                times = before == _pages.Orders && before > 0 ? times + 1 : 0;
                before = _pages.Orders;
                return times == 20;
            },
            "the export waits for its reader", cancellation: Cancellation);
    }

    /// <summary>Orders in the journal, as if they had been placed one after the other, a second apart.</summary>
    private async Task LoadAsync(int orders)
    {
        await using var journal = new SqliteConnection($"Data Source={Path.Combine(_app.DataDirectory, "granary.db")}");
        await journal.OpenAsync(Cancellation);
        await using var insert = journal.CreateCommand();
        insert.CommandText =
            """
            INSERT INTO journal (stream, version, type, payload, recorded_at, batch)
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $orders)
            SELECT 'order/' || printf('%026d', i), 1, 'order.placed', CAST('{"by":"u-x","user_id":"u-' || (i % 100) || '","attempt":' || i ||
                ',"lines":[{"sku":"SKU-' || (i % 10) || '","name":"Lamp","quantity":1,"unit_price":1999}],"total":1999,"note":"' || printf('%.400c', 'n') ||
                '","external_reference":"ref-' || i || '","expires_at":"2099-01-01T00:00:00Z"}' AS BLOB), 1767225600000000 + i * 1000000, 0
            FROM n
            """;
        insert.Parameters.AddWithValue("$orders", orders);
        insert.CommandTimeout = 0;
        await insert.ExecuteNonQueryAsync(Cancellation);
        await using var views = new SqliteConnection($"Data Source={Path.Combine(_app.DataDirectory, "views.db")};Mode=ReadOnly");
        await views.OpenAsync(Cancellation);
        await using var count = views.CreateCommand();
        count.CommandText = "SELECT count(*) FROM order_index";
        await Eventually.HoldsAsync(
            async () => (long)(await count.ExecuteScalarAsync(Cancellation))! == orders, "all orders are in the index", TimeSpan.FromMinutes(10), cancellation: Cancellation);
    }

    /// <summary>Counts the orders that are read for lists, and fails a reading.</summary>
    private sealed class PageCount : IIncomingGrainCallFilter
    {
        private int _orders;
        private int _pages;

        public int Orders => Volatile.Read(ref _orders);

        /// <summary>The page that fails, from 1; 0 for none.</summary>
        public int FailAt
        {
            get;
            set
            {
                field = value;
                _pages = 0;
            }
        }

        public void Reset() => _orders = 0;

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (context is { Grain: IOrderSearchGrain, MethodName: nameof(IOrderSearchGrain.List) })
            {
                if (FailAt > 0 && Interlocked.Increment(ref _pages) == FailAt)
                {
                    FailAt = 0;
                    throw new OrderIndexUnavailableException("The index is away.");
                }

                await context.Invoke();
                Interlocked.Add(ref _orders, ((OrderPage)context.Result!).Orders.Count);
                return;
            }

            await context.Invoke();
        }
    }
}
