using System.Text.Json.Nodes;
using Granary.PaymentProvider;

namespace Granary.Programs.Tests.Crash;

/// <summary>Compares external orders and their payments, as the product shows them, with the provider's ledger, to the cent.</summary>
internal sealed class PaymentAccount(PersistentClient staff, IReadOnlyCollection<string> orders, FailingProvider provider)
{
    private const int Readers = 16;

    // Each look reads every order that is not settled, and takes its time from what settles them.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, (JsonNode Order, JsonArray Payments)> _settled = [];

    /// <summary>Returns when nothing is under way any more and both sides say the same.</summary>
    /// <returns>What there was, for the log.</returns>
    public async Task<string> BalancesAsync(TimeSpan patience)
    {
        try
        {
            await Eventually.HoldsAsync(async () => await OpenAsync() == 0, "no payment is under way", patience, interval: Interval);
        }
        catch (TimeoutException)
        {
            var open = orders.Except(_settled.Keys).ToList();
            Assert.Fail($"{open.Count} orders are not settled, such as {await staff.ReadAsync($"/orders/{open[0]}")} with {await staff.ReadAsync($"/orders/{open[0]}/payments")}");
        }

        var ledger = await provider.LedgerAsync();
        foreach (var (order, payments) in _settled.Values)
        {
            Check(order, payments, ledger);
        }

        Assert.Empty(ledger.Keys.Except(_settled.Values.SelectMany(settled => settled.Payments).Select(payment => (string)payment!["id"]!)));
        var byStatus = _settled.Values.CountBy(settled => (string)settled.Order["status"]!).Select(count => $"{count.Value} {count.Key}");
        return $"{orders.Count} external orders: {string.Join(", ", byStatus)}; {ledger.Count} payments at the provider, "
            + $"{ledger.Values.Sum(payment => payment.Captured)} captured, {ledger.Values.Sum(payment => payment.Refunded)} refunded";
    }

    /// <summary>Reads the orders that were not settled yet.</summary>
    /// <returns>How many are still not.</returns>
    private async Task<int> OpenAsync()
    {
        var left = orders.Except(_settled.Keys).ToList();
        await Parallel.ForEachAsync(left, new ParallelOptions { MaxDegreeOfParallelism = Readers }, async (id, _) =>
        {
            // The payments first: what follows from them is in the order, then.
            var payments = (await staff.ReadAsync($"/orders/{id}/payments"))["data"]!.AsArray();
            var order = await staff.ReadAsync($"/orders/{id}");
            if (IsSettled(order, payments))
            {
                lock (_settled)
                {
                    _settled[id] = (order, payments);
                }
            }
        });
        return orders.Count - _settled.Count;
    }

    private static bool IsSettled(JsonNode order, JsonArray payments)
    {
        var isOver = (string)order["status"]! == "cancelled";
        return payments.All(payment => (string)payment!["status"]! switch
        {
            "declined" or "voided" or "authorization_expired" => true,
            "captured" => !isOver || Amount(payment, "captured") == Amount(payment, "refunded"),
            "authorized" => !isOver,
            _ => false,
        })
            && (order["refunds"]?.AsArray() ?? []).All(refund => (string)refund!["status"]! != "pending")
            && Amount(order["amounts"]!, "captured") == payments.Sum(payment => Amount(payment!, "captured"))
            && Amount(order["amounts"]!, "refunded") == payments.Sum(payment => Amount(payment!, "refunded"));
    }

    private static void Check(JsonNode order, JsonArray payments, Dictionary<string, LedgerPayment> ledger)
    {
        var (status, total) = ((string)order["status"]!, Amount(order, "total"));
        var kept = 0L;
        var charges = 0;
        foreach (var payment in payments)
        {
            // One that was given up before anything was sent is not in the ledger.
            if (!ledger.TryGetValue((string)payment!["id"]!, out var there))
            {
                Assert.Equal("voided", (string)payment["status"]!);
                continue;
            }

            var isAuthorized = (string)payment["status"]! == "authorized";
            Assert.True(
                (there.Captured, there.Refunded, there.Authorized)
                    == (Amount(payment, "captured"), Amount(payment, "refunded"), isAuthorized ? total : 0),
                $"{there} although {order} has {payment}");
            Assert.True(there.Captured == 0 || there.Captured == total, $"{there} of {order}");
            kept += there.Captured - there.Refunded;
            charges += there.Captured + there.Authorized > there.Refunded ? 1 : 0;
        }

        Assert.True(charges <= 1, $"charged twice: {order}");
        Assert.True(status == "cancelled" ? kept == 0 && charges == 0 : kept <= total, $"{kept} is kept of {order}");
        Assert.True(status is not ("paid" or "packing" or "shipped") || charges == 1 || kept == 0, $"paid by nothing: {order}");
    }

    private static long Amount(JsonNode of, string name) => (long)of[name]!["amount"]!;
}
