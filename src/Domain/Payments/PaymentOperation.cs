using System.Globalization;

namespace Granary.Domain.Payments;

/// <summary>What the provider is asked to do.</summary>
public enum OperationKind
{
    Authorize,
    Capture,
    Void,
    Refund,
}

/// <summary>One operation at the provider, from the moment it was requested durably.</summary>
public sealed record PaymentOperation
{
    public required OperationKind Kind { get; init; }

    /// <summary>Counts the operations of the payment, from 1.</summary>
    public required int Ordinal { get; init; }

    /// <summary>Minor units; 0 for a void.</summary>
    public required long Amount { get; init; }

    /// <summary>When it was requested.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>How often the provider did not say what became of it.</summary>
    public int Attempts { get; init; }

    /// <summary>When the provider must be asked next.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>The refund that it carries out, or null.</summary>
    public string? Refund { get; init; }

    /// <summary>The payment decided it by itself because its order is over.</summary>
    public bool Compensation { get; init; }

    /// <summary>Whether its going well ends the payment's attention: not what came up while it was open.</summary>
    public bool EndsAttention { get; init; } = true;

    /// <summary>
    /// The idempotency key at the provider: payment, operation and ordinal. A repetition after a crash carries the same key, so the
    /// provider carries the operation out once.
    /// </summary>
    public string KeyFor(string paymentId) => KeyFor(paymentId, Kind, Ordinal);

    /// <summary>The ordinal in a key, or null where the key is none of this shop's.</summary>
    public static int? OrdinalOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return int.TryParse(key.AsSpan(key.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal) && ordinal > 0
            ? ordinal
            : null;
    }

    /// <summary>The idempotency key at the provider of any operation.</summary>
    public static string KeyFor(string paymentId, OperationKind kind, int ordinal) => kind switch
    {
        OperationKind.Authorize => $"{paymentId}-authorize-{ordinal}",
        OperationKind.Capture => $"{paymentId}-capture-{ordinal}",
        OperationKind.Void => $"{paymentId}-void-{ordinal}",
        OperationKind.Refund => $"{paymentId}-refund-{ordinal}",
    };
}
