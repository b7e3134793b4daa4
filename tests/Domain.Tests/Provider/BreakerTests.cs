using Granary.Domain.Payments;
using Granary.Grains.Payments.Providers;

namespace Granary.Domain.Tests.Provider;

/// <summary>While the provider is slow or fails, nothing is sent to it, class by class; then one call probes it.</summary>
public sealed class BreakerTests
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(900);

    private readonly GivenGateway _given = new();

    [Fact]
    public async Task Ten_slow_calls_open_it_for_60_s_and_then_exactly_one_probe_is_sent()
    {
        for (var call = 0; call < 10; call++)
        {
            Assert.Null(_given.Gateway.WaitOfNextAuthorization());
            _given.Provider.Takes(Slow);

            // What a slow call answers counts all the same.
            Assert.IsType<ProviderAnswer.Authorized>(await _given.CallAsync(OperationKind.Authorize));
        }

        Assert.Equal(TimeSpan.FromSeconds(60), _given.Gateway.WaitOfNextAuthorization());
        for (var second = 0; second < 60; second++)
        {
            Assert.Equal(new ProviderAnswer.NoAnswer("breaker_open"), await _given.CallAsync(OperationKind.Authorize));
            Assert.NotNull(_given.Gateway.WaitOfNextAuthorization());
            _given.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(10, _given.Provider.Calls);
        Assert.Null(_given.Gateway.WaitOfNextAuthorization());

        var hanging = _given.Provider.Hangs();
        var probe = _given.CallAsync(OperationKind.Authorize);
        await hanging.HasArrived.Task;
        var others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _given.CallAsync(OperationKind.Authorize)));

        Assert.All(others, answer => Assert.Equal(new ProviderAnswer.NoAnswer("breaker_open"), answer));
        Assert.NotNull(_given.Gateway.WaitOfNextAuthorization());
        Assert.Equal(11, _given.Provider.Calls);
        hanging.IsAnswered.SetResult();
        Assert.IsType<ProviderAnswer.Authorized>(await probe);
        Assert.Null(_given.Gateway.WaitOfNextAuthorization());
        await _given.CallAsync(OperationKind.Authorize);
        Assert.Equal(12, _given.Provider.Calls);
    }

    [Fact]
    public async Task A_slow_probe_opens_it_for_another_60_s()
    {
        await _given.OpenAsync(OperationKind.Authorize);
        _given.Clock.Advance(TimeSpan.FromSeconds(60));
        _given.Provider.Takes(Slow);

        Assert.IsType<ProviderAnswer.Authorized>(await _given.CallAsync(OperationKind.Authorize));

        Assert.Equal(TimeSpan.FromSeconds(60), _given.Gateway.WaitOfNextAuthorization());
    }

    [Fact]
    public async Task Of_authorizations_that_begin_at_once_one_may_probe_and_the_others_are_refused()
    {
        await _given.OpenAsync(OperationKind.Authorize);
        _given.Clock.Advance(TimeSpan.FromSeconds(60));

        var waits = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(_given.Gateway.WaitOfNextAuthorization)));

        Assert.Single(waits, wait => wait is null);

        // Its order has refused the one: it sends nothing, and another may probe.
        _given.Clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Null(_given.Gateway.WaitOfNextAuthorization());
        Assert.NotNull(_given.Gateway.WaitOfNextAuthorization());
    }

    [Fact]
    public async Task A_probe_that_its_caller_cancels_does_not_close_it()
    {
        await _given.OpenAsync(OperationKind.Authorize);
        _given.Clock.Advance(TimeSpan.FromSeconds(60));
        var hanging = _given.Provider.Hangs();
        using var cancellation = new CancellationTokenSource();
        var probe = _given.CallAsync(OperationKind.Authorize, cancellation.Token);
        await hanging.HasArrived.Task;

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        Assert.NotNull(_given.Gateway.WaitOfNextAuthorization());
    }

    [Theory]
    [InlineData(9, 9, false)]
    [InlineData(10, 4, false)]
    [InlineData(10, 5, true)]
    [InlineData(10, 10, true)]
    public async Task It_opens_at_half_of_at_least_ten_calls(int calls, int failures, bool opens)
    {
        // The failures come last: an open breaker would count no further calls.
        for (var call = 0; call < calls; call++)
        {
            _given.Provider.Answers = call < calls - failures ? new ProviderAnswer.Captured(1) : new ProviderAnswer.NoAnswer("http_503");
            await _given.CallAsync(OperationKind.Capture);
        }

        Assert.Equal(opens ? [CallKind.Capture] : [], _given.Gateway.KeptBack);
    }

    [Fact]
    public async Task Calls_of_more_than_ten_seconds_ago_do_not_count()
    {
        _given.Provider.Answers = new ProviderAnswer.NoAnswer("http_503");
        for (var call = 0; call < 30; call++)
        {
            await _given.CallAsync(OperationKind.Capture);
            _given.Clock.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Empty(_given.Gateway.KeptBack);
    }

    [Fact]
    public async Task What_the_provider_refuses_or_has_not_decided_is_no_failure()
    {
        ProviderAnswer[] refusals =
        [
            new ProviderAnswer.Declined("insufficient_funds"), new ProviderAnswer.Rejected("x"), new ProviderAnswer.NotKnown(),
            new ProviderAnswer.NoAnswer("pending", IsUndecided: true),
        ];
        for (var call = 0; call < 60; call++)
        {
            _given.Provider.Answers = refusals[call % refusals.Length];
            await _given.CallAsync(OperationKind.Authorize);
        }

        Assert.Empty(_given.Gateway.KeptBack);
        Assert.Equal(60, _given.Provider.Calls);
    }

    [Fact]
    public async Task Other_operations_are_sent_while_authorizations_are_not()
    {
        await _given.OpenAsync(OperationKind.Authorize);
        var sent = _given.Provider.Calls;
        _given.Provider.Answers = new ProviderAnswer.NotKnown();

        await _given.CallAsync(OperationKind.Capture);
        await _given.Gateway.AskAsync(GivenGateway.Call(OperationKind.Authorize), TestContext.Current.CancellationToken);

        Assert.Equal([CallKind.Authorize], _given.Gateway.KeptBack);
        Assert.Equal(sent + 2, _given.Provider.Calls);
    }

    [Fact]
    public async Task Questions_have_a_breaker_of_their_own()
    {
        _given.Provider.Answers = new ProviderAnswer.NoAnswer("http_503");
        for (var call = 0; call < 10; call++)
        {
            await _given.Gateway.AskAsync(GivenGateway.Call(OperationKind.Refund), TestContext.Current.CancellationToken);
        }

        Assert.Equal([CallKind.Ask], _given.Gateway.KeptBack);
        Assert.Null(_given.Gateway.WaitOfNextAuthorization());
    }
}
