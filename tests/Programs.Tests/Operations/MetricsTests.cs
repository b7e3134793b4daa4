using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Granary.Grains.Interfaces;
using Granary.Hosting;

namespace Granary.Programs.Tests.Operations;

[Collection<ScrapedProduct>]
public sealed class MetricsTests(ScrapedProduct product)
{
    [Theory]
    [InlineData("order_created_total", "")]
    [InlineData("order_transition_total", "to=\"pending\"")]
    [InlineData("order_placement_total", "outcome=\"placed\"")]
    [InlineData("inventory_deduct_result_total", "result=\"success\"")]
    [InlineData("inventory_deduct_result_total", "result=\"failure\"")]
    [InlineData("http_request_duration_seconds_count", "code=\"201\",handler=\"/orders\",method=\"POST\"")]
    [InlineData("http_request_duration_seconds_bucket", "code=\"201\",handler=\"/orders\",method=\"POST\",le=\"0.005\"")]
    [InlineData("http_request_duration_seconds_count", "code=\"404\",handler=\"unmatched\",method=\"GET\"")]
    [InlineData("http_requests_executing", "")]
    [InlineData("http_requests_queued", "")]
    [InlineData("http_expected_wait_seconds", "")]
    [InlineData("journal_append_duration_seconds_bucket", "le=\"0.0005\"")]
    [InlineData("journal_batch_size_bucket", "le=\"2000\"")]
    [InlineData("stream_lag_seconds", "consumer=\"")]
    [InlineData("stream_dead_letters_total", "consumer=\"order-index\"")]
    [InlineData("cluster_silos", "status=\"active\"")]
    [InlineData("dotnet_process_memory_working_set_bytes", "")]
    public async Task A_metric_has_the_name_and_the_labels_that_dashboards_rely_on(string name, string labels)
    {
        var sku = await product.Shop.Product(stock: 1);
        var customer = await product.Shop.Customer();
        await customer.Placed((sku, 1));
        using var refused = await customer.Order(null, (sku, 1));
        await refused.Expect(HttpStatusCode.Conflict);
        using var unmatched = await customer.Http.GetAsync("/no/such/place", TestContext.Current.CancellationToken);
        await unmatched.Expect(HttpStatusCode.NotFound);

        string[] wanted = [.. labels.Split(',', StringSplitOptions.RemoveEmptyEntries)];
        await Eventually.HoldsAsync(
            async () => (await ScrapeAsync()).Any(line => Regex.IsMatch(line, $"^{name}[ {{]")
                && wanted.All(label => line.Contains(label, StringComparison.Ordinal))),
            $"{name}{{{labels}}} is scraped",
            cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Labels_do_not_grow_with_what_callers_send()
    {
        var sku = await product.Shop.Product();
        var customer = await product.Shop.Customer();
        string[] orders = [(await customer.Placed((sku, 1))).Text("id")!, (await customer.Placed((sku, 1))).Text("id")!];
        foreach (var order in orders)
        {
            using var read = await customer.Http.GetAsync("/orders/" + order, TestContext.Current.CancellationToken);
            await read.Expect(HttpStatusCode.OK);
        }

        using var odd = await customer.Http.SendAsync(new HttpRequestMessage(new HttpMethod("BREW"), "/" + sku), TestContext.Current.CancellationToken);
        Assert.False(odd.IsSuccessStatusCode);

        IReadOnlyList<string> series = [];
        await Eventually.HoldsAsync(
            async () => (series = await SeriesAsync()).Any(one => one.Contains("method=\"other\"", StringComparison.Ordinal))
                && series.Any(one => one.Contains("handler=\"/orders/{id}\"", StringComparison.Ordinal)),
            "the requests are counted",
            cancellation: TestContext.Current.CancellationToken);
        Assert.Single(series, one => one.Contains("code=\"200\",handler=\"/orders/{id}\",method=\"GET\"", StringComparison.Ordinal));
        Assert.All(
            (string[])[.. orders, sku, "BREW"],
            word => Assert.DoesNotContain(series, one => one.Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task If_a_port_is_reserved_for_metrics_no_other_port_serves_them()
    {
        var inside = new Uri($"http://127.0.0.1:{ProgramProcess.FreePort()}");
        await using var closed = await ProductProcess.StartAsync(
            new("ASPNETCORE_URLS", inside.ToString()),
            new("Granary__Telemetry__MetricsPort", inside.Port.ToString(CultureInfo.InvariantCulture)),
            new("Granary__Telemetry__Dashboard", "false"));
        using var client = new HttpClient { BaseAddress = closed.Address };
        using var scraper = new HttpClient { BaseAddress = inside };

        using var scraped = await scraper.GetAsync("/metrics", TestContext.Current.CancellationToken);
        using var metrics = await client.GetAsync("/metrics", TestContext.Current.CancellationToken);
        using var forged = await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Host = inside.Authority } }, TestContext.Current.CancellationToken);
        using var dashboard = await client.GetAsync("/dashboard/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, scraped.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, metrics.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, forged.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, dashboard.StatusCode);
    }

    [Fact]
    public async Task A_metrics_port_without_a_listener_ends_the_start_and_is_named()
    {
        var (code, output) = await ProductProcess.FailAsync([new("Granary__Telemetry__MetricsPort", "9")]);

        Assert.Equal(ExitCodes.Configuration, code);
        Assert.Contains("Configuration: Granary:Telemetry:MetricsPort is 9; the process listens on http://127.0.0.1:", output, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> SeriesAsync() =>
        [.. (await ScrapeAsync()).Where(line => line.StartsWith("http_request_duration_seconds_count", StringComparison.Ordinal))
            .Select(line => line[..(line.LastIndexOf('}') + 1)])];

    private async Task<string[]> ScrapeAsync()
    {
        using var client = new HttpClient { BaseAddress = product.Address };
        var text = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        return text.Split('\n');
    }
}
