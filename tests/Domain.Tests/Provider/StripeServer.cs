using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Granary.Domain.Tests.Provider;

/// <summary>
/// Speaks as much of Stripe's documented wire format as the adapter uses: form-encoded requests, idempotency keys, payment intents,
/// refunds, lists, search and errors. It is not Stripe.
/// </summary>
internal sealed class StripeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Body, int Status, string Answer)> _answered = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(int Status, string Body)> _faults = new();
    private readonly Lock _turn = new();
    private readonly List<JsonObject> _intents = [];
    private readonly List<JsonObject> _refunds = [];
    private long _now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    private StripeServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>What was sent.</summary>
    public ConcurrentQueue<Sent> Requests { get; } = new();

    /// <summary>The search index is behind, as Stripe's is.</summary>
    public bool SearchIsBehind { get; set; }

    public static async Task<StripeServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new StripeServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>The next call is answered so, before it is carried out.</summary>
    public void FailNext(int status, string body) => _faults.Enqueue((status, body));

    /// <summary>The payer has agreed at the bank.</summary>
    public void Authenticate(string intent)
    {
        var found = Intent(intent)!;
        Authorize(found);
    }

    /// <summary>Stripe drops the authorization by itself.</summary>
    public void Expire(string intent) => Cancel(Intent(intent)!, "automatic");

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var request = http.Request;
        var form = request.HasFormContentType ? await request.ReadFormAsync() : FormCollection.Empty;
        Requests.Enqueue(new Sent(request.Method, request.Path, form.ToDictionary(), request.Headers.ToDictionary()));
        if (_faults.TryDequeue(out var fault))
        {
            await WriteAsync(http, fault.Status, fault.Body);
            return;
        }

        if (request.Headers.Authorization != "Bearer sk_test_1")
        {
            await WriteAsync(http, 401, Error("invalid_request_error", null, "Invalid API Key provided"));
            return;
        }

        (int Status, string Answer) answer;
        lock (_turn)
        {
            answer = Once(request.Headers["Idempotency-Key"].ToString(), request.Path + "?" + string.Join('&', form.OrderBy(field => field.Key)), () =>
                Route(request.Method, request.Path.Value!.Trim('/').Split('/'), form, request.Query));
        }

        await WriteAsync(http, answer.Status, answer.Answer);
    }

    private (int Status, string Answer) Once(string key, string body, Func<(int, string)> carryOut)
    {
        if (key.Length == 0)
        {
            return carryOut();
        }

        if (_answered.TryGetValue(key, out var earlier))
        {
            return earlier.Body == body ? (earlier.Status, earlier.Answer)
                : (400, Error("idempotency_error", null, "Keys for idempotent requests can only be used with the same parameters they were first used with."));
        }

        var (status, answer) = carryOut();
        _answered[key] = (body, status, answer);
        return (status, answer);
    }

    private (int Status, string Answer) Route(string method, string[] path, IFormCollection form, IQueryCollection query) => (method, path) switch
    {
        ("POST", ["v1", "payment_intents"]) => Create(form),
        ("GET", ["v1", "payment_intents", "search"]) => (200, List(SearchIsBehind ? [] : [.. _intents.Where(intent =>
            query["query"] == $"metadata['granary_payment']:'{intent["metadata"]!["granary_payment"]}'")], query, "search_result")),
        ("GET", ["v1", "payment_intents"]) => (200, List(_intents, query)),
        ("GET", ["v1", "payment_intents", var id]) => Intent(id) is { } found ? (200, found.ToJsonString()) : Missing(id),
        ("POST", ["v1", "payment_intents", var id, "capture"]) => Intent(id) is not { } found ? Missing(id)
            : (string)found["status"]! != "requires_capture" ? Unexpected() : Capture(found, form),
        ("POST", ["v1", "payment_intents", var id, "cancel"]) => Intent(id) is not { } found ? Missing(id)
            : (string)found["status"]! is "succeeded" or "canceled" ? Unexpected() : (200, Cancel(found, form["cancellation_reason"]!).ToJsonString()),
        ("POST", ["v1", "refunds"]) => Refund(form),
        ("GET", ["v1", "refunds"]) => (200, List([.. _refunds.Where(refund =>
            query["payment_intent"].Count == 0 || query["payment_intent"] == (string)refund["payment_intent"]!)], query)),
        _ => (404, Error("invalid_request_error", null, "Unrecognized request URL")),
    };

    private (int Status, string Answer) Create(IFormCollection form)
    {
        var card = form.TryGetValue("payment_method", out var method) ? method.ToString()
            : form.TryGetValue("confirmation_token", out var confirmation) ? confirmation.ToString()
            : form["payment_method_data[card][token]"].ToString();
        if (form["capture_method"] != "manual" || form["confirm"] != "true" || form["currency"] != "usd" || card.Length == 0)
        {
            return (400, Error("invalid_request_error", "parameter_missing", "Missing required param"));
        }

        if (card == "pm_unknown")
        {
            return (400, Error("invalid_request_error", "resource_missing", $"No such PaymentMethod: '{card}'"));
        }

        var intent = new JsonObject
        {
            ["id"] = $"pi_{_intents.Count + 1}",
            ["object"] = "payment_intent",
            ["amount"] = Number(form["amount"]),
            ["amount_capturable"] = 0,
            ["amount_received"] = 0,
            ["currency"] = "usd",
            ["created"] = _now++,
            ["capture_method"] = "manual",
            ["status"] = "requires_payment_method",
            ["metadata"] = Metadata(form),
        };
        _intents.Add(intent);
        switch (card)
        {
            case "pm_card_chargeDeclinedInsufficientFunds":
                var error = new JsonObject
                {
                    ["type"] = "card_error",
                    ["code"] = "card_declined",
                    ["decline_code"] = "insufficient_funds",
                    ["message"] = $"Your card {card} has insufficient funds.",
                    ["payment_intent"] = intent.DeepClone(),
                };
                intent["last_payment_error"] = new JsonObject { ["type"] = "card_error", ["code"] = "card_declined", ["decline_code"] = "insufficient_funds" };
                return (402, new JsonObject { ["error"] = error }.ToJsonString());
            case "pm_card_authenticationRequired":
                intent["status"] = "requires_action";
                intent["next_action"] = new JsonObject
                {
                    ["type"] = "redirect_to_url",
                    ["redirect_to_url"] = new JsonObject { ["url"] = "https://hooks.stripe.com/3d_secure", ["return_url"] = form["return_url"].ToString() },
                };
                break;
            default:
                Authorize(intent);
                break;
        }

        return (200, intent.ToJsonString());
    }

    private void Authorize(JsonObject intent)
    {
        (intent["status"], intent["amount_capturable"]) = ("requires_capture", (long)intent["amount"]!);
        intent.Remove("next_action");
        intent["latest_charge"] = new JsonObject
        {
            ["id"] = "ch_" + intent["id"],
            ["object"] = "charge",
            ["created"] = _now,
            ["payment_method_details"] = new JsonObject { ["type"] = "card", ["card"] = new JsonObject { ["capture_before"] = _now + 604_800 } },
        };
    }

    private (int Status, string Answer) Capture(JsonObject intent, IFormCollection form)
    {
        (intent["status"], intent["amount_capturable"], intent["amount_received"]) = ("succeeded", 0, Number(form["amount_to_capture"]));
        foreach (var (key, value) in Metadata(form))
        {
            intent["metadata"]![key] = value!.DeepClone();
        }

        intent["latest_charge"]!["balance_transaction"] = new JsonObject { ["id"] = "txn_1", ["object"] = "balance_transaction", ["created"] = _now++ };
        return (200, intent.ToJsonString());
    }

    private JsonObject Cancel(JsonObject intent, string reason)
    {
        (intent["status"], intent["amount_capturable"], intent["canceled_at"], intent["cancellation_reason"]) = ("canceled", 0, _now++, reason);
        return intent;
    }

    private (int Status, string Answer) Refund(IFormCollection form)
    {
        var intent = Intent(form["payment_intent"].ToString());
        var amount = Number(form["amount"]);
        var gone = _refunds.Where(refund => (string)refund["payment_intent"]! == form["payment_intent"]).Sum(refund => (long)refund["amount"]!);
        if (intent is null || amount > (long)intent["amount_received"]! - gone)
        {
            return (400, Error("invalid_request_error", "charge_already_refunded", "Refund amount is greater than unrefunded amount on charge"));
        }

        var refund = new JsonObject
        {
            ["id"] = $"re_{_refunds.Count + 1}",
            ["object"] = "refund",
            ["amount"] = amount,
            ["created"] = _now++,
            ["payment_intent"] = form["payment_intent"].ToString(),
            ["status"] = amount == 404 ? "pending" : "succeeded",
            ["metadata"] = Metadata(form),
        };
        _refunds.Add(refund);
        return (200, refund.ToJsonString());
    }

    private JsonObject? Intent(string id) => _intents.Find(intent => (string)intent["id"]! == id);

    /// <summary>Newest first, as Stripe lists.</summary>
    private static string List(IReadOnlyList<JsonObject> objects, IQueryCollection query, string kind = "list")
    {
        var (from, to) = (Number(query["created[gte]"], 0), Number(query["created[lt]"], long.MaxValue));
        var all = objects.Where(found => (long)found["created"]! >= from && (long)found["created"]! < to).Reverse()
            .SkipWhile(found => query["starting_after"].Count > 0 && query["starting_after"] != (string)found["id"]!)
            .Skip(query["starting_after"].Count > 0 ? 1 : 0).ToList();

        // Shorter pages than asked for, so that the adapter has to turn them.
        var page = all.Take(2).Select(found => found.DeepClone()).ToArray();
        return new JsonObject { ["object"] = kind, ["url"] = "/v1", ["has_more"] = all.Count > page.Length, ["data"] = new JsonArray(page) }.ToJsonString();
    }

    private static JsonObject Metadata(IFormCollection form) => new(form.Where(field => field.Key.StartsWith("metadata[", StringComparison.Ordinal))
        .Select(field => KeyValuePair.Create(field.Key["metadata[".Length..^1], (JsonNode?)field.Value.ToString())));

    private static long Number(StringValues text, long otherwise = 0) =>
        text.Count == 0 ? otherwise : long.Parse(text.ToString(), CultureInfo.InvariantCulture);

    private static (int Status, string Answer) Missing(string id) => (404, Error("invalid_request_error", "resource_missing", $"No such payment_intent: '{id}'"));

    private static (int Status, string Answer) Unexpected() =>
        (400, Error("invalid_request_error", "payment_intent_unexpected_state", "This PaymentIntent's status does not permit it."));

    private static string Error(string type, string? code, string message) =>
        new JsonObject { ["error"] = new JsonObject { ["type"] = type, ["code"] = code, ["message"] = message } }.ToJsonString();

    private static Task WriteAsync(HttpContext http, int status, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body);
    }

    public sealed record Sent(
        string Method, string Path, IReadOnlyDictionary<string, StringValues> Form, IReadOnlyDictionary<string, StringValues> Headers);
}
