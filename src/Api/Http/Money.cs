using System.ComponentModel.DataAnnotations;

namespace Granary.Api.Http;

/// <summary>An amount of money.</summary>
/// <param name="Amount">Minor units of the currency.</param>
/// <param name="Currency">ISO 4217 code.</param>
public readonly record struct Money(long Amount, string Currency);

/// <summary>An amount of money in a request.</summary>
public sealed record MoneyRequest
{
    /// <summary>Minor units.</summary>
    [Required]
    public long? Amount { get; init; }

    /// <summary>Must be the deployment's currency.</summary>
    [Required]
    public string? Currency { get; init; }
}

/// <summary>The only currency of the deployment: amounts inside are plain minor units of it.</summary>
/// <param name="Code">ISO 4217 code.</param>
public sealed record Currency(string Code)
{
    /// <summary>The money for an amount in minor units.</summary>
    public Money Of(long amount) => new(amount, Code);
}
