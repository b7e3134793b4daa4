namespace Granary.Domain.Payments;

/// <summary>When a provider that has not answered is asked again. A test shortens all of it alike.</summary>
public sealed record PaymentTimes
{
    private readonly TimeSpan[] _asks = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10)];

    private readonly double _scale = 1;

    /// <summary>What the API promises.</summary>
    public static PaymentTimes Default { get; } = new();

    /// <summary>
    /// From a request to the first question about it, should the silo that makes the call die: the call's own timeout, and the first
    /// interval after it.
    /// </summary>
    public TimeSpan First => Scaled(TimeSpan.FromSeconds(8)) + Scaled(_asks[0]);

    /// <summary>How long an operation may be open before an operator is called.</summary>
    public TimeSpan Patience => Scaled(TimeSpan.FromHours(24));

    /// <summary>How long before its end an authorization is captured or voided.</summary>
    public TimeSpan BeforeExpiry => Scaled(TimeSpan.FromHours(12));

    /// <summary>After what time a capture or void that the provider rejected is tried again.</summary>
    public TimeSpan AfterRejection => Hourly;

    private TimeSpan Hourly => Scaled(TimeSpan.FromHours(1));

    /// <summary>The times that the API promises, all multiplied.</summary>
    public static PaymentTimes ScaledBy(double scale) => new(scale);

    /// <summary>After 5 s, 30 s, 2 min and 10 min, then hourly, and daily once an operator was called.</summary>
    /// <param name="attempt">How often the provider was asked in vain, from 1.</param>
    /// <param name="since">When the operation was requested.</param>
    public DateTimeOffset NextAsk(int attempt, DateTimeOffset since, DateTimeOffset now) =>
        now + (IsOverdue(since, now) ? Patience : attempt <= _asks.Length ? Scaled(_asks[attempt - 1]) : Hourly);

    /// <summary>Whether an operation is open for so long that an operator must look at it.</summary>
    public bool IsOverdue(DateTimeOffset since, DateTimeOffset now) => now - since >= Patience;

    private PaymentTimes(double scale = 1) => _scale = scale;

    private TimeSpan Scaled(TimeSpan time) => time * _scale;
}
