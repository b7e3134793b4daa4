namespace Granary.Grains.Interfaces.Settings;

/// <summary>
/// Options that may change while the process runs. A decision reads <see cref="Value"/> once: the options that it gets belong together,
/// and a later read may return others.
/// </summary>
public interface ICurrent<out T>
{
    /// <summary>The options that hold now. The object never changes; other options are another object.</summary>
    T Value { get; }

    /// <summary>The options that hold now for a request or an order under a variant.</summary>
    /// <param name="variant">Its name; where it is null, or names a variant that is not in force any more, <see cref="Value"/> holds.</param>
    T Of(string? variant) => Value;
}

/// <summary>Options that hold as long as the process runs.</summary>
public sealed class Unchanging<T>(T value) : ICurrent<T>
{
    /// <inheritdoc/>
    public T Value { get; } = value;
}
