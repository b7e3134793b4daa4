using System.Net;
using System.Text.Json;
using Granary.Client;

namespace Granary.Http.Tests.Users;

/// <summary>What moved a wallet: <c>GET /users/{id}/statement</c>.</summary>
public sealed class StatementTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_statement_lists_every_movement_and_adds_up_to_the_wallet()
    {
        var (customer, id) = await Mover();

        var entries = (await Read(customer.Http, customer.Id)).At("data").EnumerateArray().ToList();

        Assert.Equal(
            [("deposit", 5_000, 5_000), ("capture", -1_000, 4_000), ("refund", 1_000, 5_000), ("withdrawal", -300, 4_700)],
            entries.Select(entry => (entry.Text("type"), entry.Number("amount", "amount"), entry.Number("balance", "amount"))));
        Assert.Equal("transfer in", entries[0].Text("reference"));
        Assert.Equal("transfer out", entries[3].Text("reference"));
        Assert.Equal(id, entries[1].Text("order_id"));
        Assert.Equal(id, entries[2].Text("order_id"));
        Assert.False(entries[0].TryGetProperty("order_id", out _));
        var (available, held) = await _shop.Wallet(customer);
        Assert.Equal((2_700, 2_000, 4_700), (available, held, entries.Sum(entry => entry.Number("amount", "amount"))));
    }

    [Fact]
    public async Task Pages_and_periods_are_parts_of_the_statement()
    {
        var (customer, _) = await Mover();
        var whole = Balances(await Read(customer.Http, customer.Id));

        var paged = new List<long>();
        var page = await Read(customer.Http, customer.Id, "?limit=1");
        paged.AddRange(Balances(page));
        while (page.TryGetProperty("next_cursor", out var cursor))
        {
            page = await Read(customer.Http, customer.Id, $"?limit=1&cursor={cursor.GetString()}");
            paged.AddRange(Balances(page));
        }

        var captured = (await Read(customer.Http, customer.Id)).At("data")[1].Text("at");
        Assert.Equal(whole, paged);
        Assert.Equal(whole[1..], Balances(await Read(customer.Http, customer.Id, "?from=" + captured)));
        Assert.Equal(whole[..1], Balances(await Read(customer.Http, customer.Id, "?to=" + captured)));
    }

    [Fact]
    public async Task Another_users_statement_is_not_found_and_an_administrators_view_is_the_same()
    {
        var (customer, _) = await Mover();
        var stranger = await _shop.Customer();

        using var refused = await stranger.Http.SendJson(HttpMethod.Get, $"/users/{customer.Id}/statement");

        await refused.ExpectProblem(404, "not-found");
        Assert.Equal(Balances(await Read(customer.Http, customer.Id)), Balances(await Read(_shop.Staff, customer.Id)));
    }

    [Fact]
    public async Task The_client_reads_a_period_of_a_statement()
    {
        var (customer, id) = await Mover();
        var client = new GranaryClient(_shop.Staff);
        var all = await client.ReadStatementAsync(customer.Id, cancellationToken: Cancellation).ToListAsync(Cancellation);

        Assert.Equal(["deposit", "capture", "refund", "withdrawal"], all.Select(movement => movement.Type));
        Assert.Equal((new Money(-1_000, "USD"), id), (all[1].Amount, all[1].OrderId));
        Assert.Equal(all[2..], await client.ReadStatementAsync(customer.Id, from: all[2].At, cancellationToken: Cancellation).ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=2026-01-01", "to")]
    [InlineData("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from")]
    [InlineData("cursor=eA", "cursor")]
    [InlineData("since=2026-01-01T00:00:00Z", "since")]
    public async Task A_malformed_query_is_refused(string query, string field)
    {
        var customer = await _shop.Customer(money: 0);
        using var response = await customer.Http.SendJson(HttpMethod.Get, $"/users/{customer.Id}/statement?{query}");

        var problem = await response.ExpectProblem(400, "validation");
        Assert.True(problem.At("errors").TryGetProperty(field, out _), problem.GetRawText());
    }

    [Fact]
    public async Task A_deposit_repeated_under_its_key_with_another_reference_is_refused()
    {
        var customer = await _shop.Customer(money: 0);
        var path = $"/users/{customer.Id}/deposits";
        object Deposit(string reference) => new { amount = 5, currency = "USD", reference };
        using var first = await _shop.Staff.SendJson(HttpMethod.Post, path, Deposit("one"), ("Idempotency-Key", "d1"));
        await first.Expect(HttpStatusCode.Created);

        using var same = await _shop.Staff.SendJson(HttpMethod.Post, path, Deposit("one"), ("Idempotency-Key", "d1"));
        await same.Expect(HttpStatusCode.OK);
        using var other = await _shop.Staff.SendJson(HttpMethod.Post, path, Deposit("two"), ("Idempotency-Key", "d1"));
        await other.ExpectProblem(422, "idempotency-key-reused");
    }

    /// <summary>A customer with a deposit, an order that was paid and cancelled, a withdrawal, and an order that is not paid.</summary>
    private async Task<(Customer Customer, string Cancelled)> Mover()
    {
        var customer = await _shop.Customer(money: 0);
        await Book(customer, "deposits", 5_000, "transfer in");
        var sku = await _shop.Product(price: 1_000);
        var order = (await customer.Placed((sku, 1))).Text("id")!;
        using var paid = await customer.Http.PostJson($"/orders/{order}/pay");
        await paid.Expect(HttpStatusCode.OK);
        await Eventually.HoldsAsync(async () => await _shop.Wallet(customer) == (4_000, 0), "the order is captured", cancellation: Cancellation);
        using var cancelled = await customer.Http.SendJson(HttpMethod.Delete, "/orders/" + order);
        await cancelled.Expect(HttpStatusCode.OK);
        await Eventually.HoldsAsync(async () => await _shop.Wallet(customer) == (5_000, 0), "the order is refunded", cancellation: Cancellation);
        await Book(customer, "withdrawals", 300, "transfer out");
        await customer.Placed((sku, 2));
        return (customer, order);
    }

    private async Task Book(Customer customer, string movement, long amount, string reference)
    {
        using var booked = await _shop.Staff.PostJson($"/users/{customer.Id}/{movement}", new { amount, currency = "USD", reference });
        await booked.Expect(HttpStatusCode.Created);
    }

    private static async Task<JsonElement> Read(HttpClient http, string userId, string query = "")
    {
        using var response = await http.SendJson(HttpMethod.Get, $"/users/{userId}/statement{query}");
        return await response.Expect(HttpStatusCode.OK);
    }

    private static List<long> Balances(JsonElement page) => [.. page.At("data").EnumerateArray().Select(entry => entry.Number("balance", "amount"))];
}
