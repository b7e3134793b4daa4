using Granary.Grains.Interfaces.Settings;

namespace Granary.Grains.Payments.Providers;

/// <summary>
/// What an adapter calls its provider with. <see cref="HttpClient"/> keeps its timeouts for good, so another one takes over when they
/// change. Calls on the one before end by its timeouts, and its connections close when they are idle.
/// </summary>
/// <typeparam name="T">The client, or what wraps it.</typeparam>
internal sealed class PerTimeouts<T>(ICurrent<PaymentOptions> options, Func<PaymentOptions, T> create)
    where T : class
{
    private readonly Lock _turn = new();
    private Made _made = Make(options.Value, create);

    /// <summary>The one with the timeouts that hold now.</summary>
    public T Current
    {
        get
        {
            var now = options.Value;
            return Volatile.Read(ref _made) is var made && made.IsFor(now) ? made.Client : Replace(now);
        }
    }

    private static Made Make(PaymentOptions options, Func<PaymentOptions, T> create) => new(options.ConnectTimeout, options.CallTimeout, create(options));

    private T Replace(PaymentOptions now)
    {
        lock (_turn)
        {
            if (!_made.IsFor(now))
            {
                Volatile.Write(ref _made, Make(now, create));
            }

            return _made.Client;
        }
    }

    private sealed record Made(TimeSpan ConnectTimeout, TimeSpan CallTimeout, T Client)
    {
        public bool IsFor(PaymentOptions options) => options.ConnectTimeout == ConnectTimeout && options.CallTimeout == CallTimeout;
    }
}
