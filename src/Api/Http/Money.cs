using Granary.Hosting.Settings;

namespace Granary.Api.Http;

/// <summary>An amount of money.</summary>
/// <param name="Amount">Minor units of the currency.</param>
/// <param name="Currency">ISO 4217 code.</param>
public readonly record struct Money(long Amount, string Currency);

/// <summary>An amount of money in a request.</summary>
public sealed record MoneyRequest
{
    /// <summary>Minor units.</summary>
    public long? Amount { get; init; }

    /// <summary>Must be the deployment's currency.</summary>
    public string? Currency { get; init; }
}

/// <summary>The only currency of the deployment: amounts inside are plain minor units of it.</summary>
/// <param name="Code">ISO 4217 code.</param>
public sealed record Currency(string Code)
{
    private const string Key = "Granary:Currency";

    /// <summary>The money for an amount in minor units.</summary>
    public Money Of(long amount) => new(amount, Code);

    /// <summary>Reads the deployment's currency.</summary>
    /// <exception cref="InvalidConfigurationException">It is not an ISO 4217 code.</exception>
    public static Currency From(IConfiguration configuration)
    {
        var code = configuration[Key] ?? "USD";
        return code.Length == 3 && code.All(char.IsAsciiLetterUpper)
            ? new Currency(code)
            : throw new InvalidConfigurationException(Key, $"is '{code}'; it takes an ISO 4217 code such as USD.");
    }
}
