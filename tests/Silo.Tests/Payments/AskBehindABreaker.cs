using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Payments.Providers;
using Granary.Testing;

namespace Granary.Silo.Tests.Payments;

/// <summary>A provider that does not say what became of operations, until the breaker keeps questions back.</summary>
public sealed class AskBehindABreaker(AskBehindABreaker.Silo silo) : IClassFixture<AskBehindABreaker.Silo>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_that_is_kept_back_is_no_attempt_and_is_asked_as_soon_as_the_breaker_permits()
    {
        silo.Provider.Answers = false;
        silo.Provider.Faults = call => call.Operation.Kind == OperationKind.Capture ? CallFault.CommitThenHang : CallFault.None;
        var payment = (await silo.PayAsync(await silo.PlaceAsync())).Payment!.Id;
        await Eventually.HoldsAsync(
            () => silo.Service<ProviderGateway>().KeptBack.Contains(CallKind.Ask), "the breaker keeps questions back", cancellation: Cancellation);
        await silo.Payment(payment).Advance();
        var asked = await AttemptsAsync(payment);

        // Each time is later than the next question would be after another attempt.
        for (var time = 0; time < 4; time++)
        {
            silo.Clock.Advance(TimeSpan.FromMinutes(1));
            await silo.Payment(payment).Advance();
        }

        Assert.Equal(asked, await AttemptsAsync(payment));
        silo.Provider.Answers = true;
        silo.Clock.Advance(Silo.OpenFor);
        await silo.Payment(payment).Advance();
        Assert.Equal(PaymentStatus.Captured, (await silo.Payment(payment).Get(null)).Payment!.Status);
    }

    private async Task<int> AttemptsAsync(string payment) => (await silo.EventsOfAsync(payment)).Count(type => type == "payment.processing");

    /// <summary>A silo whose breakers open at the second failure.</summary>
    public sealed class Silo : PaymentSilo
    {
        public static readonly TimeSpan OpenFor = TimeSpan.FromMinutes(8);

        protected override BreakerOptions Breaker { get; } = new() { LeastCalls = 2, OpenFor = OpenFor, Window = TimeSpan.FromMinutes(10), Slow = TimeSpan.FromMinutes(1) };
    }
}
