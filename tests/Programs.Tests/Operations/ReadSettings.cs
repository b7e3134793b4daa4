using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;

namespace Granary.Programs.Tests.Operations;

/// <summary>Settings as environment variables provide them; it records which of them a program has read.</summary>
internal sealed class ReadSettings : ConfigurationProvider, IConfigurationSource
{
    private readonly ConcurrentDictionary<string, bool> _read = new(StringComparer.OrdinalIgnoreCase);

    public ReadSettings(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (name, value) in environment)
        {
            Data[KeyOf(name)] = value;
        }
    }

    /// <summary>The keys that the program has asked for.</summary>
    public IReadOnlyCollection<string> Keys => [.. _read.Keys];

    /// <summary>Whether the program has read the setting of an environment variable.</summary>
    public bool WasRead(string variable) => _read.ContainsKey(KeyOf(variable));

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override bool TryGet(string key, out string? value)
    {
        _read[key] = true;
        return base.TryGet(key, out value);
    }

    // Translates names like the providers of the host.
    private static string KeyOf(string variable)
    {
        var name = variable;
        foreach (var prefix in (string[])["DOTNET_", "ASPNETCORE_"])
        {
            name = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        }

        return name.Replace("__", ":", StringComparison.Ordinal);
    }
}
