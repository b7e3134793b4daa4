namespace Granary.Grains.Interfaces.Settings;

/// <summary>What is made of options that may change while the process runs, and made anew when the values change that it is made of.</summary>
/// <typeparam name="TOptions">The options.</typeparam>
/// <typeparam name="TValues">The values of theirs that it is made of; compared by <see cref="object.Equals(object)"/>.</typeparam>
/// <typeparam name="T">What is made.</typeparam>
/// <param name="options">The options.</param>
/// <param name="values">Reads the values.</param>
/// <param name="make">Makes it.</param>
public sealed class Derived<TOptions, TValues, T>(ICurrent<TOptions> options, Func<TOptions, TValues> values, Func<TOptions, T> make)
{
    private readonly Lock _turn = new();
    private Made? _made;

    /// <summary>The one of the options that hold now. One from before stays usable by those who have it.</summary>
    public T Current => Volatile.Read(ref _made) is { } made && made.IsOf(values(options.Value)) ? made.Value : Replace();

    private T Replace()
    {
        lock (_turn)
        {
            var now = options.Value;
            if (_made?.IsOf(values(now)) != true)
            {
                Volatile.Write(ref _made, new Made(values(now), make(now)));
            }

            return _made!.Value;
        }
    }

    private sealed record Made(TValues Values, T Value)
    {
        public bool IsOf(TValues values) => EqualityComparer<TValues>.Default.Equals(Values, values);
    }
}
