using Granary.Domain.Payments;
using Granary.Grains.Payments.Providers;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Domain.Tests.Provider;

/// <summary>The sandbox answers the same on every silo, because it answers from the operation alone.</summary>
public sealed class SandboxTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Now);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tok_ok", null)]
    [InlineData("tok_declined", "insufficient_funds")]
    [InlineData("tok_that_it_does_not_have", "unknown_token")]
    public async Task An_authorization_is_what_its_token_says(string token, string? declines)
    {
        var call = GivenGateway.Call(OperationKind.Authorize) with { Token = token };

        var answer = await Sandbox().CallAsync(call, Stop);

        Assert.Equal(declines is null
            ? new ProviderAnswer.Authorized("sandbox_p1", 1_000, default(DateTimeOffset) + TimeSpan.FromDays(7))
            : new ProviderAnswer.Declined(declines, "sandbox_p1"), answer);
        Assert.Equal(answer, await Sandbox().AskAsync(call, Stop));
    }

    [Fact]
    public async Task Tok_slow_takes_900_ms_to_call_and_no_time_to_ask_about()
    {
        var call = GivenGateway.Call(OperationKind.Authorize) with { Token = "tok_slow" };
        var slow = Sandbox().CallAsync(call, Stop);
        _clock.Advance(TimeSpan.FromMilliseconds(899));
        Assert.False(slow.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.IsType<ProviderAnswer.Authorized>(await slow);
        Assert.IsType<ProviderAnswer.Authorized>(await Sandbox().AskAsync(call, Stop));
    }

    [Fact]
    public async Task Captures_voids_and_refunds_are_done()
    {
        Assert.Equal(new ProviderAnswer.Captured(1_000), await Sandbox().CallAsync(GivenGateway.Call(OperationKind.Capture), Stop));
        Assert.Equal(new ProviderAnswer.Voided(), await Sandbox().CallAsync(GivenGateway.Call(OperationKind.Void), Stop));
        Assert.Equal(new ProviderAnswer.Refunded(300), await Sandbox().CallAsync(GivenGateway.Call(OperationKind.Refund, 300), Stop));
    }

    [Fact]
    public void Its_events_are_signed()
    {
        var (headers, body) = SandboxProvider.EventOf("e1", "authorized", "p1", Now);

        Assert.Equal(new EventReading.Said("p1", new ProviderEvent("e1", ProviderEventType.Authorized)), Sandbox().Read(headers, body, Now));
        body[^2] ^= 1;
        Assert.IsType<EventReading.BadSignature>(Sandbox().Read(headers, body, Now));
    }

    // What the payer of tok_3ds chose is the only thing that it asks a grain about.
    private SandboxProvider Sandbox() => new(grains: null!, _clock);
}
