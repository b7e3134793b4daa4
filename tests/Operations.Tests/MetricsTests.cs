using System.Net;
using System.Text.RegularExpressions;
using Granary.Testing;

namespace Granary.Operations.Tests;

public sealed class MetricsTests(TracedProduct traced)
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
    [InlineData("journal_append_duration_seconds_bucket", "le=\"0.0005\"")]
    [InlineData("journal_batch_size_bucket", "le=\"2000\"")]
    [InlineData("stream_lag_seconds", "consumer=\"")]
    [InlineData("cluster_silos", "status=\"active\"")]
    [InlineData("dotnet_process_memory_working_set_bytes", "")]
    public async Task A_metric_has_the_name_and_the_labels_that_dashboards_rely_on(string name, string labels)
    {
        var product = traced.Product;
        var sku = await product.ShelveAsync(stock: 1);
        using var customer = await product.CustomerAsync();
        await Product.OrderAsync(customer, sku);
        await Product.ExpectAsync(
            await Product.PostAsync(customer, "/orders", new { items = new[] { new { sku, quantity = 1 } } }), HttpStatusCode.Conflict);
        await Product.ExpectAsync(await customer.GetAsync("/no/such/place", TestContext.Current.CancellationToken), HttpStatusCode.NotFound);

        string[] wanted = [.. labels.Split(',', StringSplitOptions.RemoveEmptyEntries)];
        await Eventually.HoldsAsync(
            async () => (await ScrapeAsync(product)).Any(line => Regex.IsMatch(line, $"^{name}[ {{]")
                && wanted.All(label => line.Contains(label, StringComparison.Ordinal))),
            $"{name}{{{labels}}} is scraped",
            cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Labels_do_not_grow_with_what_callers_send()
    {
        var product = traced.Product;
        var sku = await product.ShelveAsync();
        using var customer = await product.CustomerAsync();
        await ReadAsync(customer, await Product.OrderAsync(customer, sku));
        var before = await SeriesAsync(product);

        await ReadAsync(customer, await Product.OrderAsync(customer, sku));
        foreach (var method in (string[])["BREW", "WHEN"])
        {
            using var odd = await customer.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/" + method), TestContext.Current.CancellationToken);
            Assert.False(odd.IsSuccessStatusCode);
        }

        var added = (await SeriesAsync(product)).Except(before).ToList();
        Assert.All(added, series => Assert.Contains("method=\"other\"", series, StringComparison.Ordinal));
        Assert.Contains("handler=\"/orders/{id}\"", string.Join('\n', before), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_port_is_set_aside_for_metrics_no_other_answers_them()
    {
        await using var product = await Product.StartAsync(["--Granary:Telemetry:MetricsPort=9", "--Granary:Telemetry:Dashboard=false"]);
        using var client = product.Client();

        using var metrics = await client.GetAsync("/metrics", TestContext.Current.CancellationToken);
        using var forged = await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Host = "localhost:9" } }, TestContext.Current.CancellationToken);
        using var dashboard = await client.GetAsync("/dashboard/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, metrics.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, forged.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, dashboard.StatusCode);
    }

    private static async Task ReadAsync(HttpClient customer, string order) =>
        await Product.ExpectAsync(await customer.GetAsync("/orders/" + order, TestContext.Current.CancellationToken), HttpStatusCode.OK);

    private static async Task<IReadOnlyList<string>> SeriesAsync(Product product) =>
        [.. (await ScrapeAsync(product)).Where(line => line.StartsWith("http_request_duration_seconds_count", StringComparison.Ordinal))
            .Select(line => line[..(line.LastIndexOf('}') + 1)])
            .Where(series => !series.Contains("/metrics", StringComparison.Ordinal))];

    private static async Task<string[]> ScrapeAsync(Product product)
    {
        using var client = product.Client();
        var text = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        return text.Split('\n');
    }
}
