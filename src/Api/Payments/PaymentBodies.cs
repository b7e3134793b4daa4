using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Orders;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Microsoft.AspNetCore.Http.Extensions;

namespace Granary.Api.Payments;

/// <summary>The body of <c>POST /orders/{id}/payments</c>.</summary>
public sealed record PayOrderRequest
{
    /// <summary>The provider's one-time token for the payer's card, up to 255 characters. Never a card number.</summary>
    [Required]
    public string? Token { get; init; }

    /// <summary><c>automatic</c>, the default, captures at once; <c>manual</c> when the order ships, or earlier on request.</summary>
    [Choices(typeof(CaptureMode))]
    public string? Capture { get; init; }
}

/// <summary>The body of <c>POST /orders/{id}/refunds</c>.</summary>
public sealed record RefundOrderRequest
{
    /// <summary>What goes back; at most what was captured and is not refunded yet.</summary>
    [Required]
    public MoneyRequest? Amount { get; init; }

    /// <summary>Why, up to 1,000 characters.</summary>
    [Required]
    public string? Reason { get; init; }
}

/// <summary>A payment with the external provider.</summary>
public sealed record PaymentBody
{
    public required string Id { get; init; }
    public required string OrderId { get; init; }

    [Choices(typeof(PaymentStatus))]
    public required string Status { get; init; }

    public required Money Amount { get; init; }
    public required Money Captured { get; init; }
    public required Money Refunded { get; init; }

    [Choices(typeof(CaptureMode))]
    public required string Capture { get; init; }

    /// <summary>The configured provider, such as <c>sandbox</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's own id of the payment, once it has said one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? ProviderReference { get; init; }

    public string? DeclineCode { get; init; }

    /// <summary>What the payer must do while the status is <c>requires_action</c>.</summary>
    public NextActionBody? NextAction { get; init; }

    /// <summary>An operator must look at it.</summary>
    public required bool NeedsAttention { get; init; }

    /// <summary>Why an operator must look at it.</summary>
    public string? AttentionReason { get; init; }

    public required DateTime CreatedAt { get; init; }
    public required DateTime UpdatedAt { get; init; }

    /// <summary>Grows with every change.</summary>
    public required long Version { get; init; }

    /// <summary>The events so far, oldest first.</summary>
    public required IReadOnlyList<TimelineBody> Timeline { get; init; }

    /// <summary>Converts a payment to its body.</summary>
    /// <param name="request">The sandbox's page is at the front end that the caller has reached.</param>
    public static PaymentBody From(Payment payment, Currency currency, HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(payment);
        ArgumentNullException.ThrowIfNull(currency);
        ArgumentNullException.ThrowIfNull(request);
        return new()
        {
            Id = payment.Id,
            OrderId = payment.OrderId,
            Status = Words.Of(payment.Status),
            Amount = currency.Of(payment.Amount),
            Captured = currency.Of(payment.Captured),
            Refunded = currency.Of(payment.Refunded),
            Capture = Words.Of(payment.Capture),
            Provider = payment.Provider,
            ProviderReference = payment.ProviderReference,
            DeclineCode = payment.DeclineCode,
            NextAction = payment.NextAction is { } url ? new NextActionBody(AbsoluteOf(url, request)) : null,
            NeedsAttention = payment.NeedsAttention is not null,
            AttentionReason = payment.NeedsAttention,
            CreatedAt = payment.CreatedAt.UtcDateTime,
            UpdatedAt = payment.UpdatedAt.UtcDateTime,
            Version = payment.Version,
            Timeline = [.. payment.Timeline.Select(entry => new TimelineBody(entry.Version, entry.Type, entry.At.UtcDateTime, entry.By))],
        };
    }

    private static string AbsoluteOf(string url, HttpRequest request) =>
        url.StartsWith('/') ? UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, url) : url;
}

/// <summary>What the payer must do.</summary>
/// <param name="Url">The absolute address of the page that the payer must visit.</param>
public sealed record NextActionBody(string Url);

/// <summary>The payments of an order, the first started first.</summary>
public sealed record PaymentListBody(IReadOnlyList<PaymentBody> Data);

/// <summary>A page of payments.</summary>
/// <param name="Data">Newest first.</param>
/// <param name="NextCursor">The cursor of the next page; absent on the last page.</param>
public sealed record PaymentPageBody(IReadOnlyList<PaymentBody> Data, string? NextCursor = null);

/// <summary>The body of <c>POST /payments/{id}/acknowledge</c>.</summary>
public sealed record AcknowledgePaymentRequest
{
    /// <summary>The <c>attention_reason</c> that was looked at. Refused if it is another one by now.</summary>
    [Required]
    public string? Reason { get; init; }

    /// <summary>What was found or done, up to 1,000 characters.</summary>
    [Required]
    public string? Note { get; init; }
}

/// <summary>What the last nightly comparison with the provider's list has found.</summary>
public sealed record ReconciliationBody
{
    /// <summary>When it was made.</summary>
    public required DateTime At { get; init; }

    /// <summary>The first moment that was compared.</summary>
    public required DateTime From { get; init; }

    /// <summary>The moment up to which was compared.</summary>
    public required DateTime To { get; init; }

    public required string Provider { get; init; }

    /// <summary>Operations that both have alike.</summary>
    public required int Matched { get; init; }

    /// <summary>Operations that neither has concluded.</summary>
    public required int OnTheirWay { get; init; }

    /// <summary>Operations in the provider's list that are not of this shop.</summary>
    public required int Foreign { get; init; }

    /// <summary>How many differences there are, by kind; none of a kind that is absent.</summary>
    public required IReadOnlyDictionary<string, int> Kinds { get; init; }

    /// <summary>The differences, up to 200.</summary>
    public required IReadOnlyList<DifferenceBody> Differences { get; init; }

    /// <summary>Converts a report to its body.</summary>
    public static ReconciliationBody Of(PaymentReconciliation report, Currency currency)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(currency);
        return new()
        {
            At = report.At.UtcDateTime,
            From = report.From.UtcDateTime,
            To = report.To.UtcDateTime,
            Provider = report.Provider,
            Matched = report.Matched,
            OnTheirWay = report.OnTheirWay,
            Foreign = report.Foreign,
            Kinds = report.Kinds,
            Differences =
            [
                .. report.Differences.Select(difference => new DifferenceBody(
                    difference.Kind, difference.Payment, difference.Operation, difference.Action, difference.Key,
                    difference.Here is { } here ? currency.Of(here) : null, difference.There is { } there ? currency.Of(there) : null)),
            ],
        };
    }
}

/// <summary>A difference between the provider's list and the payments here.</summary>
/// <param name="Kind">Which of both lacks it, or that the amounts differ.</param>
/// <param name="Operation">What was done, such as <c>capture</c>.</param>
/// <param name="Action">What was done about it.</param>
/// <param name="Key">The operation's key at the provider, if it has one.</param>
/// <param name="Here">What is recorded here; absent for nothing.</param>
/// <param name="There">What the provider has; absent for nothing.</param>
public sealed record DifferenceBody(
    [property: Choices("missing_here", "missing_there", "amounts_differ", "capture_without_order")] string Kind,
    string PaymentId,
    [property: Choices("authorize", "capture", "void", "refund")] string Operation,
    [property: Choices("asked", "given_back", "left_to_operator")] string Action,
    string? Key = null,
    Money? Here = null,
    Money? There = null);

/// <summary>A refund of an order.</summary>
public sealed record RefundBody
{
    public required string Id { get; init; }
    public required Money Amount { get; init; }

    /// <summary><c>pending</c> until the provider has confirmed it.</summary>
    [Choices(typeof(RefundStatus))]
    public required string Status { get; init; }

    public required string Reason { get; init; }

    /// <summary>Who granted it.</summary>
    public required string By { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Why it failed.</summary>
    public string? FailureCode { get; init; }

    /// <summary>Converts a refund to its body.</summary>
    public static RefundBody From(OrderRefund refund, Currency currency)
    {
        ArgumentNullException.ThrowIfNull(refund);
        ArgumentNullException.ThrowIfNull(currency);
        return new()
        {
            Id = refund.Id,
            Amount = currency.Of(refund.Amount),
            Status = Words.Of(refund.Status),
            Reason = refund.Reason,
            By = refund.By,
            CreatedAt = refund.At.UtcDateTime,
            FailureCode = refund.Code,
        };
    }
}
