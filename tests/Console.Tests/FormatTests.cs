using System.Text.Json;
using Granary.Grains.Interfaces.Users;

namespace Granary.Console.Tests;

/// <summary>Times in the reader's zone, which is Europe/Berlin in these tests, and money as its currency is written.</summary>
public sealed class FormatTests(ConsoleApp app)
{
    [Fact]
    public async Task Times_are_in_the_readers_zone_and_money_has_the_digits_of_its_currency()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        object Order(long amount, string currency, string at) => new
        {
            id = currency.PadLeft(26, '0'), user_id = "u-1", status = "paid", items = Array.Empty<object>(), total = new { amount, currency }, payment_status = "paid", created_at = at,
        };
        await visit.Page.RouteAsync("**/console/api/orders?*", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json",
            Body = JsonSerializer.Serialize(new
            {
                data = new[] { Order(123_456, "USD", "2020-07-01T22:30:00Z"), Order(123_456, "JPY", "2020-01-15T22:30:00Z"), Order(9_007_199_254_740_991, "KWD", "2020-07-01T09:05:00Z") },
            }),
        }));

        await visit.GoTo("/orders");

        var rows = visit.Page.Locator("tr[data-row]");
        await Expect(rows.Locator("time")).ToHaveTextAsync(["Jul 2, 2020, 12:30 AM", "Jan 15, 2020, 11:30 PM", "Jul 1, 2020, 11:05 AM"]);
        await Expect(rows.Locator("time").First).ToHaveAttributeAsync("title", "2020-07-01T22:30:00Z");
        await Expect(rows.Locator(".money")).ToHaveTextAsync(["$1,234.56", "¥123,456", "KWD 9,007,199,254,740.991"]);
        visit.HasNoFault();
    }

    [Fact]
    public async Task What_is_typed_is_an_amount_of_the_currency_or_none()
    {
        (string Text, string Currency, long? Amount)[] cases =
        [
            ("19.99", "USD", 1_999), ("19,9", "EUR", 1_990), ("19", "JPY", 19), ("1.999", "KWD", 1_999), (" 7. ", "USD", 700), ("19.5", "JPY", null), ("1,234", "USD", null),
            ("-1", "USD", null), ("1e3", "USD", null), ("", "USD", null), ("90071992547409.92", "USD", null),
        ];
        await using var visit = await app.Open();
        await visit.GoTo("");

        var amounts = await visit.Page.EvaluateAsync<long?[]>(
            "async cases => { const { minorUnits } = await import('/console/app/format.js'); return cases.map(([text, code]) => minorUnits(text, code)); }",
            cases.Select(one => new[] { one.Text, one.Currency }).ToArray());

        Assert.Equal(cases.Select(one => one.Amount), amounts);
    }

    [Fact]
    public async Task A_time_that_is_typed_is_of_the_readers_zone()
    {
        await using var visit = await app.OpenAs(Roles.Operator);
        await visit.GoTo("/orders");
        await visit.Page.GetByLabel("Placed from").FillAsync("2026-07-01T12:00");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();

        await Expect(visit.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("from=2026-07-01T10%3A00%3A00.000Z"));
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.GetByLabel("Placed from")).ToHaveValueAsync("2026-07-01T12:00");
        visit.HasNoFault();
    }
}
