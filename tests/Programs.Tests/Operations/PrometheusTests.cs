using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Granary.Programs.Tests.Operations;

/// <summary>The queries of the dashboard and the alerts, against a real Prometheus that scrapes the product.</summary>
[Collection<ScrapedProduct>]
public sealed partial class PrometheusTests(ScrapedProduct product)
{
    private const string Alerts = "ops/prometheus/alerts.yml";

    [Fact]
    public Task The_alerts_fire_when_they_should_and_only_then() =>
        Command.RunAsync("promtool", "test", "rules", Repository.PathOf("ops/prometheus/alerts.test.yml"));

    [Theory]
    [InlineData("local.yml")]
    [InlineData("cluster.yml")]
    public Task Prometheus_starts_with_the_configuration(string file) =>
        Command.RunAsync("promtool", "check", "config", Repository.PathOf("ops/prometheus/" + file));

    [Fact]
    public async Task Every_query_of_the_dashboard_and_of_the_documents_and_every_alert_has_data()
    {
        var configuration = Repository.Read("ops/prometheus/local.yml")
            .Replace("localhost:5080", product.Address.Authority, StringComparison.Ordinal)
            .Replace("15s", "1s", StringComparison.Ordinal);
        await using var prometheus = await PrometheusServer.StartAsync(configuration, Repository.PathOf(Alerts));
        var cancellation = TestContext.Current.CancellationToken;
        var alerts = AlertRules();
        Assert.Equal(alerts.Select(alert => alert.Name), await prometheus.AlertsAsync(cancellation));

        // Values such as a rate need two scrapes with requests in between.
        var missing = DashboardQueries().Concat(DocumentQueries()).Concat(alerts.Select(alert => ValueOf(alert.Expression))).ToHashSet();
        await Eventually.SucceedsAsync(
            async () =>
            {
                await TradeAsync();
                foreach (var query in missing.ToList())
                {
                    var values = await prometheus.QueryAsync(query, cancellation);
                    if (values.Count > 0 && values.All(double.IsFinite))
                    {
                        missing.Remove(query);
                    }
                }

                Assert.Empty(missing);
                return true;
            },
            fault => fault is Xunit.Sdk.EmptyException);
    }

    [Fact]
    public void The_dashboard_shows_the_panels_that_operators_need_first()
    {
        var queries = string.Join('\n', DashboardQueries());

        Assert.All(
            (string[])
            [
                "http_request_duration_seconds", "order_created_total", "inventory_deduct_result_total", "order_placement_total",
                "order_transition_total", "journal_batch_size", "journal_append_duration_seconds", "stream_lag_seconds", "cluster_silos", "up{",
                "http_expected_wait_seconds", "http_requests_shed_total",
            ],
            metric => Assert.Contains(metric, queries, StringComparison.Ordinal));
    }

    /// <summary>Creates data for all queries: an order, one that lacks stock, and a read of the first.</summary>
    private async Task TradeAsync()
    {
        var sku = await product.Shop.Product(stock: 1);
        var customer = await product.Shop.Customer();
        var order = await customer.Placed((sku, 1));
        using var refused = await customer.Order(null, (sku, 1));
        await refused.Expect(HttpStatusCode.Conflict);
        using var read = await customer.Http.GetAsync("/orders/" + order.Text("id"), TestContext.Current.CancellationToken);
        await read.Expect(HttpStatusCode.OK);
    }

    [Fact]
    public void No_query_and_no_alert_aggregates_over_deployments()
    {
        Assert.All(DashboardQueries().Concat(DocumentQueries()), query => Assert.DoesNotMatch(Mixing(), query));
        Assert.All(AlertRules(), alert => Assert.DoesNotMatch(Mixing(), alert.Expression));
    }

    /// <summary>Every query of every panel, with Grafana's variables filled in: its range, and all namespaces.</summary>
    private static IReadOnlyList<string> DashboardQueries()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read("ops/grafana/granary.json"));
        var everywhere = dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray()
            .Single(variable => variable.GetProperty("name").GetString() == "namespace").GetProperty("allValue").GetString()!;
        return [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!
                .Replace("$__rate_interval", "1m", StringComparison.Ordinal)
                .Replace("$namespace", everywhere, StringComparison.Ordinal))];
    }

    /// <summary>The queries that compare a canary with the rest.</summary>
    private static string[] DocumentQueries()
    {
        var queries = Repository.Read("docs/kubernetes.md").Split("```promql\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(queries, query => Assert.Contains("by (namespace, track", query, StringComparison.Ordinal));
        return queries;
    }

    private static IReadOnlyList<(string Name, string Expression)> AlertRules()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read(Alerts)));
        var groups = (YamlSequenceNode)yaml.Documents[0].RootNode["groups"];
        return [.. groups.SelectMany(group => (YamlSequenceNode)group["rules"]).Select(rule => (rule["alert"].ToString(), rule["expr"].ToString()))];
    }

    /// <summary>The compared value of an alert: it exists whether the alert fires or not.</summary>
    private static string ValueOf(string expression)
    {
        var comparison = Comparison().Match(expression);
        Assert.True(comparison.Success, $"An alert compares a value with a bound: {expression}");
        return comparison.Groups["value"].Value;
    }

    [GeneratedRegex(@"^(?<value>.+) [<>] [\d.]+$")]
    private static partial Regex Comparison();

    /// <summary>An aggregation over everything: neither by namespace nor by process.</summary>
    [GeneratedRegex(@"\b(sum|min|max|count)\b(?! by \((namespace|instance)\b)")]
    private static partial Regex Mixing();
}
