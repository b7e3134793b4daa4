namespace Granary.Hosting.Settings;

/// <summary>One key of the configuration: what it means, what it takes, and what holds where it is not set.</summary>
public abstract class SettingKey(string name, string takes, string meaning)
{
    /// <summary>What of a refused value a message repeats: it may be a whole file.</summary>
    private const int LongestShown = 200;

    /// <summary>The key, such as <c>Granary:Storage</c>. In the environment a colon is two underscores.</summary>
    public string Name { get; } = name;

    /// <summary>The values that it takes, as a refusal names them.</summary>
    public string Takes { get; } = takes;

    /// <summary>What it is for, in one line.</summary>
    public string Meaning { get; } = meaning;

    /// <summary>What holds where it is not set, as an operator would write it; empty for nothing.</summary>
    public abstract string Default { get; }

    /// <summary>Whether a message must not repeat its value.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether it can be written as an array, too: <c>KEY:0</c>, <c>KEY:1</c> and so on.</summary>
    public bool IsList { get; init; }

    /// <summary>What stands between the items of a list.</summary>
    public char Separator { get; init; } = ',';

    /// <summary>Whether the place of an item in the array counts, and the first may be left out.</summary>
    public bool IsNumbered { get; init; }

    /// <summary>Whether a process obeys another value while it runs; the others hold from its start to its end.</summary>
    public bool IsLive { get; internal set; }

    /// <summary>Whether a variant can have a value of its own: what the key decides belongs to one request or order.</summary>
    public bool IsOfRequest { get; internal set; }

    /// <summary>The values to choose from, where there are a few.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Checks a value.</summary>
    /// <exception cref="InvalidConfigurationException">The key does not take it.</exception>
    internal abstract void Check(string text);

    /// <summary>The refusal of a value.</summary>
    internal InvalidConfigurationException Refuse(string value) =>
        new(this, (IsSecret ? "has a value that it does not take" : $"is '{(value.Length > LongestShown ? value[..LongestShown] + "…" : value)}'") + $"; it takes {Takes}.");
}

/// <summary>Reads a value of a key.</summary>
/// <returns>Whether the key takes the value.</returns>
public delegate bool SettingRule<T>(string text, out T value);

/// <summary>A key together with the one rule for its values.</summary>
/// <typeparam name="T">What a value is read as.</typeparam>
public sealed class SettingKey<T>(string name, T fallback, string defaultText, string takes, string meaning, SettingRule<T> rule)
    : SettingKey(name, takes, meaning)
{
    /// <summary>The value where the key is not set.</summary>
    public T Fallback { get; } = fallback;

    /// <inheritdoc/>
    public override string Default { get; } = defaultText;

    /// <inheritdoc/>
    internal override void Check(string text) => Parse(text);

    /// <summary>Reads a value.</summary>
    /// <exception cref="InvalidConfigurationException">The key does not take it.</exception>
    internal T Parse(string text) => rule(text, out var value) ? value : throw Refuse(text);
}
