using System.Diagnostics;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Payments.Providers;

namespace Granary.Domain.Tests.Provider;

/// <summary>What goes wrong on the way to the provider is no answer, and never an exception.</summary>
public sealed class GatewayTests
{
    private readonly GivenGateway _given = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_without_an_answer_ends_after_8_s_also_if_the_adapter_does_not_notice()
    {
        var hanging = _given.Provider.Hangs();
        var call = _given.CallAsync(OperationKind.Capture);
        await hanging.HasArrived.Task;
        _given.Clock.Advance(TimeSpan.FromSeconds(7.9));
        Assert.False(call.IsCompleted);

        _given.Clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(new ProviderAnswer.NoAnswer("timeout"), await call);
    }

    [Fact]
    public async Task Another_timeout_holds_for_the_next_call()
    {
        _given.Value = _given.Value with { CallTimeout = TimeSpan.FromSeconds(1) };
        var hanging = _given.Provider.Hangs();
        var call = _given.CallAsync(OperationKind.Capture);
        await hanging.HasArrived.Task;

        _given.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new ProviderAnswer.NoAnswer("timeout"), await call);
    }

    [Fact]
    public async Task Other_figures_of_the_breaker_hold_for_the_next_call_and_begin_with_a_closed_one()
    {
        await _given.OpenAsync(OperationKind.Capture);
        Assert.Equal([CallKind.Capture], _given.Gateway.KeptBack);

        _given.Value = _given.Value with { Breaker = new BreakerOptions { LeastCalls = 2, OpenFor = TimeSpan.FromSeconds(5) } };
        Assert.Empty(_given.Gateway.KeptBack);
        _given.Provider.Answers = new ProviderAnswer.NoAnswer("http_503");
        for (var call = 0; call < 2; call++)
        {
            await _given.CallAsync(OperationKind.Capture);
        }

        Assert.Equal(ProviderGateway.NotSent, await _given.CallAsync(OperationKind.Capture));
        _given.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.NotEqual(ProviderGateway.NotSent, await _given.CallAsync(OperationKind.Capture));
    }

    [Fact]
    public async Task A_fault_of_the_adapter_is_no_answer_and_the_log_has_no_token()
    {
        _given.Provider.Throws = new InvalidOperationException($"There is no payment method {GivenGateway.Token}.");

        Assert.Equal(new ProviderAnswer.NoAnswer("fault"), await _given.CallAsync(OperationKind.Authorize));

        Assert.Contains(_given.Log, line => line.Contains("There is no payment method …", StringComparison.Ordinal));
        Assert.All(_given.Log, line => Assert.DoesNotContain(GivenGateway.Token, line, StringComparison.Ordinal));
        Assert.DoesNotContain(GivenGateway.Token, GivenGateway.Call(OperationKind.Authorize).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_by_the_caller_is_the_only_exception()
    {
        using var cancellation = new CancellationTokenSource();
        var hanging = _given.Provider.Hangs();
        var call = _given.CallAsync(OperationKind.Capture, cancellation.Token);
        await hanging.HasArrived.Task;

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_says_so()
    {
        _given.Provider.Throws = new InvalidOperationException("broken");

        var fault = await Assert.ThrowsAsync<ProviderSilentException>(async () =>
        {
            await foreach (var _ in _given.Gateway.ListAsync(default, DateTimeOffset.MaxValue, Stop))
            {
            }
        });

        Assert.Contains("broken", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_provider_it_says_so_and_answers_nothing()
    {
        using var metrics = new ProviderMetrics();
        var gateway = new ProviderGateway(new Unchanging<PaymentOptions>(new PaymentOptions()), metrics, TimeProvider.System, _given);

        Assert.False(gateway.IsConfigured);
        Assert.Equal("none", gateway.Name);
        Assert.Null(gateway.WaitOfNextAuthorization());
        Assert.Equal(new ProviderAnswer.NoAnswer("not_configured"), await gateway.CallAsync(GivenGateway.Call(OperationKind.Authorize), Stop));
        Assert.IsType<EventReading.BadSignature>(gateway.Read(new Dictionary<string, string>(), "{}"u8.ToArray()));
    }

    [Fact]
    public async Task A_call_is_a_span_with_the_payment_and_without_the_token()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ProviderGateway.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                // Tests of other classes call gateways meanwhile.
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var request = new Activity("request").Start();

        await _given.CallAsync(OperationKind.Authorize);

        Activity span;
        lock (spans)
        {
            span = Assert.Single(spans, span => span.ParentSpanId == request.SpanId);
        }

        Assert.Equal("payment authorize", span.DisplayName);
        Assert.Equal("p1-authorize-1", span.GetTagItem("payment.operation"));
        Assert.Equal("answered", span.GetTagItem("payment.result"));
        Assert.DoesNotContain(span.TagObjects, tag => $"{tag.Value}".Contains(GivenGateway.Token, StringComparison.Ordinal));
    }
}
