using System.Net;
using System.Text.Json.Nodes;

namespace Granary.Programs.Tests.Crash;

/// <summary>
/// A client whose orders an external provider pays, in all ways: at once, at shipping, declined first, cancelled before, during and after,
/// clicked twice, refunded in part, or left with the payer's bank.
/// </summary>
internal sealed class Payer(PersistentClient http, PersistentClient staff, string name, string sku)
{
    private int _requests;

    /// <summary>What the client repeats; empty while it repeats nothing.</summary>
    public string Repeats => http.Repeats;

    /// <summary>The orders so far.</summary>
    public List<string> Orders { get; } = [];

    /// <summary>Orders and pays until it is stopped; it completes what it has begun.</summary>
    public async Task PayAsync(Quota quota, CancellationToken stop)
    {
        while (await quota.TakeAsync(stop))
        {
            var number = _requests++;
            var order = await PlaceAsync(number);
            Orders.Add(order);
            await PayAsync(order, number);
            quota.Complete();
        }
    }

    private async Task<string> PlaceAsync(int number)
    {
        var body = new JsonObject
        {
            ["items"] = new JsonArray(new JsonObject { ["sku"] = sku, ["quantity"] = 1 + (number % 3) }),
            ["payment_method"] = "external",
        };
        var (status, answer) = await http.PostAsync("/orders", body, $"{name}-{number}");
        Assert.True(status is HttpStatusCode.Created or HttpStatusCode.OK, $"{status}: {answer}");
        return (string)answer["id"]!;
    }

    private async Task PayAsync(string order, int number)
    {
        switch (number % 12)
        {
            case 0:
                await PayAsync(order, "tok_declined", "first");
                await PayAsync(order, "tok_ok", "second");
                break;
            case 1:
                await PayAsync(order, "tok_ok", "first", "manual");
                await staff.PostAsync($"/orders/{order}/pack");
                await staff.PostAsync($"/orders/{order}/ship", new JsonObject { ["carrier"] = "Post", ["tracking_number"] = order });
                break;
            case 2:
                await PayAsync(order, "tok_ok", "first", "manual");
                await CancelAsync(order);
                break;
            case 3:
                await PayAsync(order, "tok_ok", "first");
                await CancelAsync(order);
                break;
            case 4:
                await PayAsync(order, "tok_3ds", "first");
                await CancelAsync(order);
                break;
            case 5:
                await PayAsync(order, "tok_ok", "first");
                await RefundAsync(order, 30, "first");
                await RefundAsync(order, 40, "second");
                await RefundAsync(order, 1_000, "third");
                break;
            case 6:
                await Task.WhenAll(PayAsync(order, "tok_ok", "first"), CancelAsync(order));
                break;
            case 7:
                await Task.WhenAll(PayAsync(order, "tok_ok", "first"), PayAsync(order, "tok_ok", "first"), PayAsync(order, "tok_ok", "second"));
                break;
            default:
                await PayAsync(order, "tok_ok", "first");
                break;
        }
    }

    private async Task PayAsync(string order, string token, string key, string capture = "automatic")
    {
        var (status, answer) = await http.PostAsync(
            $"/orders/{order}/payments", new JsonObject { ["token"] = token, ["capture"] = capture }, $"{key}-{order}");
        Assert.True(
            status is HttpStatusCode.Created or HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.PaymentRequired or HttpStatusCode.Conflict,
            $"{status}: {answer}");
    }

    private async Task RefundAsync(string order, long amount, string key)
    {
        var (status, answer) = await staff.PostAsync(
            $"/orders/{order}/refunds",
            new JsonObject { ["amount"] = new JsonObject { ["amount"] = amount, ["currency"] = "USD" }, ["reason"] = "a scratch" },
            $"{key}-{order}");
        Assert.True(
            status is HttpStatusCode.Created or HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.Conflict, $"{status}: {answer}");
    }

    private async Task CancelAsync(string order)
    {
        var (status, answer) = await http.UntilAnsweredAsync(() => new HttpRequestMessage(HttpMethod.Delete, "/orders/" + order));
        Assert.True(status is HttpStatusCode.OK, $"{status}: {answer}");
    }
}
