using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Granary.PaymentProvider;

/// <summary>
/// The provider's own account of every payment: one transaction for an operation, the payment that it changes and the event about
/// it, durable before the caller has the answer. A key is carried out once, whatever happens to the process.
/// </summary>
public sealed class Ledger : IDisposable
{
    private readonly Lock _turn = new();
    private readonly SqliteConnection _file;
    private readonly TimeProvider _clock;
    private readonly ProviderOptions _options;

    public Ledger(IOptions<ProviderOptions> options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _clock) = (options.Value, clock);
        _file = LedgerFile.Open(_options.Database);
    }

    /// <summary>Raised when there are events to send.</summary>
    public event Action? EventsAdded;

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Carries an operation out, or returns what became of it.</summary>
    /// <param name="declines">The payer's bank refuses this authorization, whatever the token says.</param>
    /// <returns>Null when the key was used for another request.</returns>
    public Operation? Execute(string key, string payment, string kind, OperationRequest request, bool declines = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        var content = $"{kind} {payment} {JsonSerializer.Serialize(request)}";
        lock (_turn)
        {
            if (_file.Query("SELECT request FROM operations WHERE key = $key", row => row.GetString(0), ("$key", key)) is [var earlier])
            {
                return earlier == content ? Find(key) : null;
            }

            using var transaction = _file.BeginTransaction();
            var before = FindPayment(payment) ?? new LedgerPayment(payment, "none", request.Amount ?? 0, request.Currency ?? "", 0, 0, 0, request.ReturnUrl);
            var outcome = Transition.Of(before, kind, request, declines);
            if (outcome.Payment.Status != "none")
            {
                Write(outcome.Payment);
            }

            _file.Execute(
                """
                INSERT INTO operations (key, payment, kind, request, status, amount, code, url, expires_at, created_at)
                VALUES ($key, $payment, $kind, $request, $status, $amount, $code, $url, $expires, $now)
                """,
                ("$key", key), ("$payment", payment), ("$kind", kind), ("$request", content), ("$status", outcome.Status),
                ("$amount", request.Amount ?? 0), ("$code", outcome.Code),
                ("$url", outcome.Status == "requires_action" ? "/challenge/" + payment : null),
                ("$expires", kind == "authorize" && outcome.Status != "declined" ? Now + (long)_options.AuthorizationLife.TotalMilliseconds : null),
                ("$now", Now));
            Say(outcome.Payment, outcome.Event);
            transaction.Commit();
        }

        EventsAdded?.Invoke();
        return Find(key);
    }

    /// <summary>The payer has acted at the bank.</summary>
    /// <returns>The payment, or null when it does not wait for the payer.</returns>
    public LedgerPayment? Act(string payment, bool agrees) => Change(payment, "requires_action", before => agrees
        ? (before with { Status = "authorized", Authorized = before.Amount }, "succeeded", null, "authorized")
        : (before with { Status = "declined" }, "declined", "authentication_failed", "declined"));

    /// <summary>The bank drops an authorization that was not captured.</summary>
    public LedgerPayment? Expire(string payment) => Change(payment, "authorized", before =>
        (before with { Status = "expired", Authorized = 0 }, "expired", null, "authorization_expired"));

    /// <summary>The payer disputes the charge. It moves no money yet.</summary>
    public LedgerPayment? Dispute(string payment) => Change(payment, "captured", before => (before, "succeeded", null, "disputed"));

    /// <summary>The operation under a key, as it is now, or null.</summary>
    public Operation? Find(string key)
    {
        lock (_turn)
        {
            return _file.Query("SELECT * FROM operations WHERE key = $key", Read, ("$key", key)).FirstOrDefault();
        }
    }

    /// <summary>The payment, or null.</summary>
    public LedgerPayment? FindPayment(string payment)
    {
        lock (_turn)
        {
            return _file.Query(
                "SELECT * FROM payments WHERE payment = $payment",
                row => new LedgerPayment(
                    row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6),
                    row.Text("return_url")),
                ("$payment", payment)).FirstOrDefault();
        }
    }

    /// <summary>Operations in a period, oldest first.</summary>
    /// <param name="after">The cursor of the page before; 0 for the first one.</param>
    public OperationPage List(DateTimeOffset from, DateTimeOffset to, long after, int limit)
    {
        lock (_turn)
        {
            var found = _file.Query(
                "SELECT * FROM operations WHERE created_at >= $from AND created_at < $to AND sequence > $after ORDER BY sequence LIMIT $limit",
                Read,
                ("$from", from.ToUnixTimeMilliseconds()), ("$to", to.ToUnixTimeMilliseconds()), ("$after", after), ("$limit", limit + 1));
            var page = found.Take(limit).ToList();
            return new OperationPage(page, found.Count > limit ? page[^1].Sequence.ToString(CultureInfo.InvariantCulture) : null);
        }
    }

    /// <summary>Events that must be sent now, oldest first, with the number of attempts so far.</summary>
    public IReadOnlyList<(LedgerEvent Event, int Attempts)> DueEvents(int limit)
    {
        lock (_turn)
        {
            return _file.Query(
                "SELECT * FROM events WHERE due_at <= $now ORDER BY sequence LIMIT $limit",
                row => (
                    new LedgerEvent(row.Text("id")!, row.Text("type")!, row.Text("payment")!, row.Number("amount"), row.Time("occurred_at")!.Value),
                    (int)row.Number("attempts")!.Value),
                ("$now", Now), ("$limit", limit));
        }
    }

    /// <summary>An event was received, or is sent again later.</summary>
    /// <param name="wait">Null when it needs not be sent again.</param>
    public void Sent(string id, TimeSpan? wait)
    {
        lock (_turn)
        {
            _file.Execute(
                "UPDATE events SET attempts = attempts + 1, due_at = $due WHERE id = $id",
                ("$id", id), ("$due", wait is { } time ? Now + (long)time.TotalMilliseconds : null));
        }
    }

    public void Dispose() => _file.Dispose();

    private LedgerPayment? Change(
        string payment, string from, Func<LedgerPayment, (LedgerPayment After, string Status, string? Code, string Event)> change)
    {
        LedgerPayment changed;
        lock (_turn)
        {
            if (FindPayment(payment) is not { } before || before.Status != from)
            {
                return null;
            }

            using var transaction = _file.BeginTransaction();
            var (after, status, code, said) = change(before);
            Write(after);
            _file.Execute(
                "UPDATE operations SET status = $status, code = $code, url = NULL WHERE payment = $payment AND kind = 'authorize'",
                ("$status", status), ("$code", code), ("$payment", payment));
            Say(after, said);
            transaction.Commit();
            changed = after;
        }

        EventsAdded?.Invoke();
        return changed;
    }

    private void Write(LedgerPayment payment) => _file.Execute(
        """
        INSERT INTO payments (payment, status, amount, currency, authorized, captured, refunded, return_url)
        VALUES ($payment, $status, $amount, $currency, $authorized, $captured, $refunded, $return)
        ON CONFLICT (payment) DO UPDATE SET status = $status, amount = $amount, currency = $currency, authorized = $authorized,
            captured = $captured, refunded = $refunded, return_url = coalesce($return, return_url)
        """,
        ("$payment", payment.Payment), ("$status", payment.Status), ("$amount", payment.Amount), ("$currency", payment.Currency),
        ("$authorized", payment.Authorized), ("$captured", payment.Captured), ("$refunded", payment.Refunded), ("$return", payment.ReturnUrl));

    private void Say(LedgerPayment payment, string? type)
    {
        if (type is null)
        {
            return;
        }

        long? amount = type switch { "captured" => payment.Captured, "refunded" => payment.Refunded, _ => null };
        _file.Execute(
            "INSERT INTO events (id, type, payment, amount, occurred_at, due_at) VALUES ($id, $type, $payment, $amount, $now, $due)",
            ("$id", $"evt_{Guid.NewGuid():N}"), ("$type", type), ("$payment", payment.Payment), ("$amount", amount), ("$now", Now),
            ("$due", _options.WebhookUrl is null ? null : Now));
    }

    private static Operation Read(SqliteDataReader row) => new(
        row.Number("sequence")!.Value,
        row.Text("key")!,
        row.Text("payment")!,
        row.Text("kind")!,
        row.Text("status")!,
        row.Number("amount")!.Value,
        row.Text("code"),
        "pp_" + row.Text("payment"),
        row.Text("url") is { } url ? new NextAction(url) : null,
        row.Time("expires_at"),
        row.Time("created_at")!.Value);
}
