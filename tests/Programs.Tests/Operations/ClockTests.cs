using System.Net;

namespace Granary.Programs.Tests.Operations;

/// <summary>
/// The wall clock of the product is set back and forth while it runs, as a resumed virtual machine or NTP does it. Debian's
/// <c>libfaketime</c> sets it for the one process; the monotonic clock goes on.
/// </summary>
public sealed class ClockTests : IDisposable
{
    private static readonly string[] Steps = ["-3h", "+5h", "+0"];

    private readonly string _step = Path.GetTempFileName();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_step_of_the_clock_fails_no_request_and_loses_no_deadline()
    {
        await File.WriteAllTextAsync(_step, "+0", Cancellation);
        await using var product = await ProductProcess.StartAsync(
            KeyValuePair.Create("LD_PRELOAD", Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", SearchOption.AllDirectories).First()),
            KeyValuePair.Create("FAKETIME_TIMESTAMP_FILE", _step),
            KeyValuePair.Create("FAKETIME_CACHE_DURATION", "1"),
            KeyValuePair.Create("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            KeyValuePair.Create("Granary__Orders__PaymentTimeout", "00:00:15"),
            KeyValuePair.Create("Granary__Auth__TokenLifetime", "12:00:00"));
        var shop = product.Shop;
        var sku = await shop.Product(stock: 10_000, price: 5);
        var customer = await shop.Customer();
        var (paid, unpaid) = (0, "");
        foreach (var step in Steps)
        {
            var before = await TimeOfAsync(product);
            await File.WriteAllTextAsync(_step, step, Cancellation);
            await Eventually.HoldsAsync(
                async () => (await TimeOfAsync(product) - before).Duration() > TimeSpan.FromSeconds(15), $"the clock is set to {step}", cancellation: Cancellation);

            // New orders of one product and one wallet that are in memory, then of others that are not.
            var stranger = await shop.Customer();
            var other = await shop.Product();
            foreach (var (buyer, what) in new[] { (customer, sku), (stranger, sku), (stranger, other) })
            {
                using var payment = await buyer.Http.PostJson($"/orders/{(await buyer.Placed((what, 1))).Text("id")}/pay");
                await payment.Expect(HttpStatusCode.OK);
                paid += what == sku ? 1 : 0;
            }

            using var ready = await customer.Http.GetAsync("/health/ready", Cancellation);
            await ready.Expect(HttpStatusCode.OK);
            unpaid = (await customer.Placed((sku, 1))).Text("id")!;
        }

        // The clock is right again: the orders that were not paid expire, but the one that was placed five hours ahead.
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await customer.Http.GetAsync("/orders/" + unpaid, Cancellation);
                var stock = await shop.Stock(sku);
                return (await answer.Expect(HttpStatusCode.OK)).Text("status") == "expired"
                    && (stock.Number("reserved"), stock.Number("sold")) == (1, paid);
            },
            "the unpaid orders expire and give back",
            cancellation: Cancellation);
    }

    public void Dispose() => File.Delete(_step);

    private static async Task<DateTimeOffset> TimeOfAsync(ProductProcess product)
    {
        using var answer = await product.Shop.Staff.GetAsync("/health/live", Cancellation);
        return answer.Headers.Date!.Value;
    }
}
