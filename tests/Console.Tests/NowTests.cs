using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

public sealed class NowTests(ConsoleApp app)
{
    [Fact]
    public async Task Behind_each_chart_are_its_figures_as_a_table()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/now");
        var charts = visit.Page.Locator("figure.chart");
        await Expect(charts).ToHaveCountAsync(3);

        foreach (var chart in await charts.AllAsync())
        {
            await chart.Locator("summary").ClickAsync();
            await Expect(chart.GetByRole(AriaRole.Table)).ToBeVisibleAsync();

            // Both in one look, because the page goes on meanwhile: the newest row has what the chart's name says.
            Assert.True(await chart.EvaluateAsync<bool>(
                "chart => chart.querySelector('[role=img]').getAttribute('aria-label').includes(chart.querySelector('tbody tr td:nth-child(2)').textContent)"));
        }

        await Expect(charts.First.Locator("tbody tr")).ToHaveCountAsync(60);
        await visit.IsSound();
    }
}
