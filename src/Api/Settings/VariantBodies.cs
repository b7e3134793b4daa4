using System.Buffers;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.RegularExpressions;
using Granary.Api.Http;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;
using Microsoft.Net.Http.Headers;

namespace Granary.Api.Settings;

/// <summary>Values that hold for some requests, and for the orders that these place.</summary>
public sealed partial record VariantRequest
{
    /// <summary>No set of experiments that people can follow comes near it, and a request looks at all of them.</summary>
    private const int Most = 20;

    private const int LongestHeaderValue = 255;
    private const int LongestReason = 500;

    // They would stand in the history and the audit.
    private static readonly string[] Secrets = [HeaderNames.Authorization, HeaderNames.ProxyAuthorization, HeaderNames.Cookie];

    // RFC 9110, section 5.6.2.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>1 to 32 of a–z, 0–9, - and _; orders and metrics carry it. Users are shared out by it: another name has other users.</summary>
    [Required]
    public string? Name { get; init; }

    /// <summary>Which requests it holds for.</summary>
    [Required]
    public VariantMatchBody? Match { get; init; }

    /// <summary>The values by key; a text as the configuration takes it, or a number or a boolean.</summary>
    [Required]
    public IReadOnlyDictionary<string, JsonElement>? Values { get; init; }

    /// <summary>Whether it decides requests; false keeps it and turns it off.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Why it is turned off.</summary>
    public string? Reason { get; init; }

    /// <summary>Checks all variants of a request.</summary>
    /// <returns>Null where the request has none.</returns>
    internal static IReadOnlyList<SettingsVariant>? Of(IReadOnlyList<VariantRequest?>? variants, Validation validation)
    {
        if (variants is null)
        {
            return null;
        }

        validation.Require(variants.Count <= Most, "variants", $"must be at most {Most}");
        var names = new HashSet<string?>(StringComparer.Ordinal);
        List<SettingsVariant> known = [];
        for (var i = 0; i < Math.Min(variants.Count, Most); i++)
        {
            var field = $"variants[{i}]";
            if (variants[i] is { } variant)
            {
                validation.Require(variant.Name is null || names.Add(variant.Name), field + ".name", "is the name of another variant, too");
                known.Add(variant.ToVariant(field, validation));
            }
            else
            {
                validation.Add(field, "must not be null");
            }
        }

        return known;
    }

    private SettingsVariant ToVariant(string field, Validation validation)
    {
        validation.Require(Name is not null && NameForm().IsMatch(Name), field + ".name", "must be 1 to 32 of a-z, 0-9, - and _");
        validation.Require(Match is { Header: not null } or { Percent: not null }, field + ".match", "must name a header, a percentage of users, or both");
        validation.Require(Values is not null, field + ".values", "is required");
        if (Match?.Header is { } header)
        {
            validation.Require(
                header.Name is { Length: >= 1 and <= 64 } && !header.Name.AsSpan().ContainsAnyExcept(TokenCharacters), field + ".match.header.name",
                "must be the name of a header, of at most 64 characters");
            validation.Require(
                !Secrets.Contains(header.Name, StringComparer.OrdinalIgnoreCase), field + ".match.header.name", "must not be a header that carries a secret");
            validation.Require(
                header.Value is { Length: >= 1 and <= LongestHeaderValue } && header.Value.All(character => character is > ' ' and < '\x7f'),
                field + ".match.header.value", $"must be 1 to {LongestHeaderValue} visible ASCII characters");
        }

        if (Match?.Percent is { } percent)
        {
            validation.Require(percent is >= 0 and <= 100 && percent * 100 % 1 == 0, field + ".match.percent", "must be from 0 to 100 with at most two decimals");
        }

        return new SettingsVariant
        {
            Name = Name ?? "",
            Header = Match?.Header is { } named ? new VariantHeader(named.Name ?? "", named.Value ?? "") : null,
            Percent = Match?.Percent,
            Values = SettingValue.TextsOf(Values, field + ".values.", validation)
                .Where(value => value.Value is not null || Refuse(value.Key)).ToDictionary(value => value.Key, value => value.Value!),
            IsOff = Enabled == false,
            Reason = Enabled == false ? validation.OptionalText(field + ".reason", Reason, LongestReason) : null,
        };

        bool Refuse(string key)
        {
            validation.Add(field + ".values." + key, "must be a text, a number or a boolean");
            return false;
        }
    }

    [GeneratedRegex("^[a-z0-9_-]{1,32}\\z")]
    private static partial Regex NameForm();
}

/// <summary>Which requests a variant holds for: those that have the header, of the share of users. One of them must be there.</summary>
/// <param name="Header">A header that counts from callers with an API key or the role of an operator or administrator.</param>
/// <param name="Percent">The share of users, 0 to 100, by a hash that keeps a user in.</param>
public sealed record VariantMatchBody(VariantHeaderBody? Header = null, decimal? Percent = null);

/// <summary>A header of a request.</summary>
/// <param name="Name">Its name; case does not matter.</param>
/// <param name="Value">Its whole value.</param>
public sealed record VariantHeaderBody(string? Name = null, string? Value = null);

/// <summary>A variant.</summary>
/// <param name="Name">Unique among the variants.</param>
/// <param name="Match">Which requests it holds for.</param>
/// <param name="Values">The values by key.</param>
/// <param name="Enabled">Whether it decides requests.</param>
/// <param name="Reason">Why it is turned off; absent where nobody said.</param>
public sealed record VariantBody(string Name, VariantMatchBody Match, IReadOnlyDictionary<string, string> Values, bool Enabled, string? Reason = null)
{
    /// <summary>Converts a variant to its body.</summary>
    public static VariantBody From(SettingsVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return new VariantBody(
            variant.Name,
            new VariantMatchBody(variant.Header is { } header ? new VariantHeaderBody(header.Name, header.Value) : null, variant.Percent),
            variant.Values,
            !variant.IsOff,
            variant.Reason);
    }
}

/// <summary>From which variants to which the settings were changed.</summary>
public sealed record VariantsChangeBody(IReadOnlyList<VariantBody> From, IReadOnlyList<VariantBody> To)
{
    /// <summary>Converts a change to its body.</summary>
    public static VariantsChangeBody Of(VariantsChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new VariantsChangeBody([.. change.From.Select(VariantBody.From)], [.. change.To.Select(VariantBody.From)]);
    }
}

/// <summary>Values of settings in requests.</summary>
internal static class SettingValue
{
    /// <summary>The values as an operator would write them, by key.</summary>
    public static Dictionary<string, string?> TextsOf(IReadOnlyDictionary<string, JsonElement>? values, string prefix, Validation validation)
    {
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, value) in values ?? new Dictionary<string, JsonElement>())
        {
            var field = prefix + key;
            validation.Require(
                value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Undefined), field,
                "must be a text, a number, a boolean or null");
            texts[key] = validation.OptionalText(field, TextOf(value), Limits.TextLength);
        }

        return texts;
    }

    private static string? TextOf(JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.String)
        {
            return value.ValueKind is JsonValueKind.Null ? null : value.GetRawText();
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // GetString decodes no escape of an unpaired surrogate; the check of the text refuses it by name.
            return "\ud800";
        }
    }
}
