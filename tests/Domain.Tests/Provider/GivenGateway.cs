using System.Runtime.CompilerServices;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Payments.Providers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Domain.Tests.Provider;

/// <summary>A gateway before a provider that does what a test says, on a clock that a test sets.</summary>
internal sealed class GivenGateway : ILogger<ProviderGateway>, ICurrent<PaymentOptions>
{
    public const string Token = "tok_payer_card";

    public GivenGateway()
    {
        Provider = new ScriptedProvider(Clock);
        Gateway = new ProviderGateway(this, new ProviderMetrics(), Clock, this, Provider);
    }

    /// <summary>The options that hold now.</summary>
    public PaymentOptions Value { get; set; } = new() { Provider = ProviderKind.Http };

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public ScriptedProvider Provider { get; }

    public ProviderGateway Gateway { get; }

    public List<string> Log { get; } = [];

    public static ProviderCall Call(OperationKind kind, long amount = 1_000) => new(
        "p1",
        "o1",
        new PaymentOperation { Kind = kind, Ordinal = 1, Amount = amount, RequestedAt = default, DueAt = default },
        "USD",
        Token,
        Reference: null);

    public Task<ProviderAnswer> CallAsync(OperationKind kind, CancellationToken? cancellation = null) =>
        Gateway.CallAsync(Call(kind), cancellation ?? TestContext.Current.CancellationToken);

    /// <summary>Opens the breaker of a class.</summary>
    public async Task OpenAsync(OperationKind kind)
    {
        var before = Provider.Answers;
        Provider.Answers = new ProviderAnswer.NoAnswer("http_503");
        for (var call = 0; call < 10; call++)
        {
            await CallAsync(kind);
        }

        Provider.Answers = before;
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Log.Add($"{formatter(state, exception)} {exception}");
}

/// <summary>A provider that does what a test says.</summary>
internal sealed class ScriptedProvider(FakeTimeProvider clock) : IPaymentProvider
{
    private TimeSpan _takes;
    private HangingCall? _hanging;

    public string Name => "scripted";

    public int Calls { get; private set; }

    public ProviderAnswer Answers { get; set; } = new ProviderAnswer.Authorized("r1", 1_000);

    public Exception? Throws { get; set; }

    public List<ProviderOperation> Operations { get; } = [];

    /// <summary>The next call takes this long.</summary>
    public void Takes(TimeSpan time) => _takes = time;

    /// <summary>The next call is answered once the result is set, and does not notice that it was cancelled.</summary>
    public HangingCall Hangs() => _hanging = new HangingCall();

    public async Task<ProviderAnswer> CallAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        Calls++;
        var (hanging, takes) = (_hanging, _takes);
        (_hanging, _takes) = (null, TimeSpan.Zero);
        clock.Advance(takes);
        if (hanging is not null)
        {
            hanging.HasArrived.SetResult();
            await hanging.IsAnswered.Task;
        }

        return Throws is { } fault ? throw fault : Answers;
    }

    public Task<ProviderAnswer> AskAsync(ProviderCall call, CancellationToken cancellationToken) => CallAsync(call, cancellationToken);

    public EventReading Read(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body, DateTimeOffset now) =>
        new EventReading.Ignored();

    public async IAsyncEnumerable<ProviderOperation> ListAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var operation in Throws is { } fault ? throw fault : Operations)
        {
            yield return operation;
        }
    }
}

/// <summary>A call that has no answer yet.</summary>
internal sealed class HangingCall
{
    public TaskCompletionSource HasArrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource IsAnswered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
