using System.Text.Json.Serialization;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Api.Orders;

/// <summary>An order.</summary>
public sealed record OrderBody
{
    public required string Id { get; init; }
    public required string UserId { get; init; }

    [Choices(typeof(OrderStatus))]
    public required string Status { get; init; }

    public required IReadOnlyList<OrderItemBody> Items { get; init; }
    public required Money Total { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Address? ShippingAddress { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Note { get; init; }

    /// <summary>The own name that the caller who placed the order gave it.</summary>
    public string? ExternalReference { get; init; }

    /// <summary>What the caller who placed the order keeps with it.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The variant of the settings that it was placed under.</summary>
    public string? SettingsVariant { get; init; }

    public Tracking? Tracking { get; init; }

    public string? CancelReason { get; init; }

    /// <summary>Who pays it.</summary>
    [Choices(typeof(PaymentMethod))]
    public required string PaymentMethod { get; init; }

    /// <summary>How far it is paid.</summary>
    [Choices(typeof(OrderPaymentStatus))]
    public required string PaymentStatus { get; init; }

    /// <summary>Where its money is.</summary>
    public AmountsBody? Amounts { get; init; }

    /// <summary>Its refunds, oldest first.</summary>
    public IReadOnlyList<RefundBody>? Refunds { get; init; }

    public required DateTime CreatedAt { get; init; }
    public required DateTime UpdatedAt { get; init; }

    /// <summary>When the order expires unless it is paid.</summary>
    public DateTime? ExpiresAt { get; init; }

    /// <summary>Grows with every change; quoted, it is the order's <c>ETag</c>.</summary>
    public required long Version { get; init; }

    /// <summary>The actions that the status permits.</summary>
    public required IReadOnlyList<string> AllowedActions { get; init; }

    /// <summary>The events so far, oldest first.</summary>
    public required IReadOnlyList<TimelineBody> Timeline { get; init; }

    /// <summary>Converts an order to its body.</summary>
    public static OrderBody From(Order order, Currency currency) => new()
    {
        Id = order.Id,
        UserId = order.UserId,
        Status = Words.Of(order.Status),
        Items = [.. order.Lines.Select(line => new OrderItemBody(
            line.Sku, line.Name, line.Quantity, currency.Of(line.UnitPrice), currency.Of(line.LineTotal)))],
        Total = currency.Of(order.Total),
        ShippingAddress = order.ShippingAddress,
        Note = order.Note,
        ExternalReference = order.ExternalReference,
        Metadata = order.Metadata,
        SettingsVariant = order.SettingsVariant,
        PaymentMethod = Words.Of(order.PaymentMethod),
        PaymentStatus = Words.Of(order.PaymentStatus),
        Amounts = order.Amounts is { } amounts ? AmountsBody.From(amounts, currency) : null,
        Refunds = order.Refunds is { } refunds ? [.. refunds.Select(refund => RefundBody.From(refund, currency))] : null,
        Tracking = order.Tracking,
        CancelReason = order.CancelReason,
        CreatedAt = order.CreatedAt.UtcDateTime,
        UpdatedAt = order.UpdatedAt.UtcDateTime,
        ExpiresAt = order.ExpiresAt?.UtcDateTime,
        Version = order.Version,
        AllowedActions = order.AllowedActions,
        Timeline = [.. order.Timeline.Select(entry => new TimelineBody(
            entry.Version, entry.Type, entry.At.UtcDateTime, entry.By))],
    };
}

/// <summary>Where the money of an order is.</summary>
/// <param name="Total">What it costs.</param>
/// <param name="Authorized">What is set aside for it and not captured: a wallet's hold, or an authorization.</param>
/// <param name="Captured">What was ever captured for it.</param>
/// <param name="Refunded">What of it has gone back.</param>
public sealed record AmountsBody(Money Total, Money Authorized, Money Captured, Money Refunded)
{
    /// <summary>Converts amounts to their body.</summary>
    public static AmountsBody From(OrderAmounts amounts, Currency currency)
    {
        ArgumentNullException.ThrowIfNull(amounts);
        ArgumentNullException.ThrowIfNull(currency);
        return new(currency.Of(amounts.Total), currency.Of(amounts.Authorized), currency.Of(amounts.Captured), currency.Of(amounts.Refunded));
    }
}

/// <summary>One line of an order.</summary>
public sealed record OrderItemBody(string Sku, string Name, long Quantity, Money UnitPrice, Money LineTotal);

/// <summary>One event of an order's history.</summary>
/// <param name="Version">Its version in the order's stream.</param>
/// <param name="Type">Such as <c>order.paid</c>.</param>
/// <param name="By">A user id, or <c>system</c>.</param>
public sealed record TimelineBody(long Version, string Type, DateTime At, string By);
