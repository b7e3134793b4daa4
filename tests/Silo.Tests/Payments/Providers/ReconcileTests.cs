using System.Reflection;
using System.Text.Json.Nodes;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Payments.Reconciling;
using Granary.Testing;

namespace Granary.Silo.Tests.Payments.Providers;

/// <summary>The provider's list against the journal of a running silo: what the journal lacks, its payments take in.</summary>
public sealed class ReconcileTests(ProviderSilo silo) : IClassFixture<ProviderSilo>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_capture_whose_answer_was_lost_is_found_taken_in_and_then_matches()
    {
        var payment = await silo.PayAsync();
        Assert.Equal((0, true), ((await silo.RunAsync("--dry-run")).Code, (await CompareAsync()).IsClean));

        // The provider has captured, and the silo asks about it only in some seconds.
        await silo.FaultAsync(new { calls = new { capture = new { fault = "error_after" }, ask = new { fault = "error_before" } } });
        var lost = await silo.PayAsync();
        Assert.Equal(PaymentStatus.Capturing, (await silo.Payment(lost).Get(null)).Payment!.Status);
        await silo.FaultAsync(new { });

        var found = Assert.Single((await CompareAsync()).Differences);
        Assert.Equal((DifferenceKind.MissingHere, lost, $"{lost}-capture-2", 100L), (found.Kind, found.Payment, found.Key, found.There));
        var (dry, table) = await silo.RunAsync("--dry-run");
        Assert.Equal(1, dry);
        Assert.Contains($"{lost}-capture-2", table, StringComparison.Ordinal);
        Assert.Contains("missing_here", table, StringComparison.Ordinal);

        var (code, output) = await silo.RunAsync("--json");

        Assert.Equal(1, code);
        var told = JsonNode.Parse(output)!;
        Assert.Equal(
            ("missing_here", lost, "asked", false),
            ((string?)told["differences"]![0]!["difference"], (string?)told["differences"]![0]!["payment"], (string?)told["differences"]![0]!["action"], (bool)told["clean"]!));
        await IsAsync(lost, PaymentStatus.Captured);
        Assert.Equal((0, 100, 0), await silo.ChargeAsync(lost));
        Assert.Equal(PaymentStatus.Captured, (await silo.Payment(payment).Get(null)).Payment!.Status);
        Assert.Equal(0, (await silo.RunAsync()).Code);
        await silo.IsSoundAsync(Cancellation);
    }

    [Fact]
    public async Task Money_of_a_payment_that_the_journal_does_not_know_goes_back()
    {
        var (captured, authorized) = (PaymentId.From("of-no-order", "1"), PaymentId.From("of-no-order", "2"));
        foreach (var payment in new[] { captured, authorized })
        {
            await silo.CallAsync(payment, "authorize", 1, new { amount = 100, currency = "USD", token = "tok_ok" });
        }

        await silo.CallAsync(captured, "capture", 2, new { amount = 100 });
        Assert.Equal(
            [DifferenceKind.MissingHere, DifferenceKind.CaptureWithoutOrder],
            (await CompareAsync()).Differences.Where(found => found.IsOfUnknownPayment).Select(found => found.Kind).Order());

        Assert.Equal(1, (await silo.RunAsync()).Code);

        await IsAsync(authorized, PaymentStatus.Voided);
        await Eventually.HoldsAsync(
            async () => (await silo.Payment(captured).Get(null)).Payment is { Refunded: 100 }, "the capture went back", cancellation: Cancellation);
        Assert.Equal((0, 100, 100), await silo.ChargeAsync(captured));
        Assert.Equal((0, 0, 0), await silo.ChargeAsync(authorized));
        Assert.Equal(0, (await silo.RunAsync()).Code);
        await silo.IsSoundAsync(Cancellation);
    }

    [Fact]
    public async Task The_nightly_comparison_compares_a_day_once_and_takes_in_what_is_missing()
    {
        var lost = PaymentId.From("of-no-order", "3");
        await silo.CallAsync(lost, "authorize", 1, new { amount = 100, currency = "USD", token = "tok_ok" });
        await silo.CallAsync(lost, "capture", 2, new { amount = 100 });

        var tomorrow = new DateTimeOffset(silo.Clock.GetUtcNow().Date.AddDays(1), TimeSpan.Zero);
        Assert.Null(await silo.Job.RunAsync(tomorrow.AddHours(1), Cancellation));
        var report = await silo.Job.RunAsync(tomorrow.AddHours(3), Cancellation);

        Assert.Contains(report!.Differences, found => found.Payment == lost);
        var kept = (await silo.Grains.GetGrain<IPaymentDesk>(0).Reconciliation())!;
        Assert.Equal((tomorrow.AddDays(-1), tomorrow, "http", report.Matched), (kept.From, kept.To, kept.Provider, kept.Matched));
        Assert.Equal(report.Differences.Count, kept.Kinds.Values.Sum());
        Assert.Contains(kept.Differences, found => found is { Kind: "capture_without_order", There: 100, Action: "given_back" } && found.Payment == lost);
        Assert.Null(await silo.Job.RunAsync(tomorrow.AddHours(4), Cancellation));
        await Eventually.HoldsAsync(
            async () => (await silo.Payment(lost).Get(null)).Payment is { Refunded: 100 }, "the capture went back", cancellation: Cancellation);
    }

    [Fact]
    public async Task A_payment_that_cannot_take_in_does_not_keep_the_others_from_it()
    {
        string[] unknown = [PaymentId.From("of-no-order", "4"), PaymentId.From("of-no-order", "5")];
        foreach (var payment in unknown)
        {
            await silo.CallAsync(payment, "authorize", 1, new { amount = 100, currency = "USD", token = "tok_ok" });
        }

        var plan = Reconciler.Plan(await CompareAsync()).Where(planned => unknown.Contains(planned.Difference.Payment)).ToList();
        var away = plan[0].Difference.Payment;

        var faults = await Assert.ThrowsAsync<AggregateException>(() => Reconciler.TakeInAsync(GrainAway.Of(silo.Grains, away), plan, Cancellation));

        Assert.Contains(away, Assert.Single(faults.InnerExceptions).Message, StringComparison.Ordinal);
        await IsAsync(plan[1].Difference.Payment, PaymentStatus.Voided);
        await Reconciler.TakeInAsync(silo.Grains, plan, Cancellation);
        await IsAsync(away, PaymentStatus.Voided);
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_is_69()
    {
        var (code, output) = await silo.RunAsync("--Granary:Payments:Http:Key=another");

        Assert.True(code == 69, $"{code}: {output}");
        Assert.Contains("does not give its list", output, StringComparison.Ordinal);
    }

    private Task<ReconciliationReport> CompareAsync() => silo.Reconciler.CompareAsync(
        silo.Clock.GetUtcNow().AddHours(-30), silo.Clock.GetUtcNow().AddHours(1), progress: null, Cancellation);

    private Task IsAsync(string payment, PaymentStatus status) => Eventually.HoldsAsync(
        async () => (await silo.Payment(payment).Get(null)).Payment?.Status == status, $"{payment} is {status}", cancellation: Cancellation);

    /// <summary>The grains of a silo without one of them.</summary>
    public class GrainAway : DispatchProxy
    {
        private IGrainFactory _grains = null!;
        private string _away = "";

        public static IGrainFactory Of(IGrainFactory grains, string away)
        {
            var factory = Create<IGrainFactory, GrainAway>();
            ((GrainAway)factory)._grains = grains;
            ((GrainAway)factory)._away = away;
            return factory;
        }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            args is [string key, ..] && key == _away ? throw new TimeoutException("The grain is away.") : targetMethod!.Invoke(_grains, args);
    }
}
