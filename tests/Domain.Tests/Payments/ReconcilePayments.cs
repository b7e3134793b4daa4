using Granary.Domain.Events;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Payments.Reconciling;

namespace Granary.Domain.Tests.Payments;

/// <summary>The provider's list against the journal.</summary>
public sealed class ReconcilePayments
{
    private static readonly ReconciledSpan Day = new(Given.Noon.AddHours(-12), Given.Noon.AddHours(12), Given.Noon.AddHours(12));

    private static readonly ProviderOperation Authorized = new(
        "p1-authorize-1", "p1", "pi_1", OperationKind.Authorize, 1_000, new ProviderAnswer.Authorized("pi_1", 1_000), Given.Noon);

    private static readonly ProviderOperation Captured = new(
        "p1-capture-2", "p1", "pi_1", OperationKind.Capture, 1_000, new ProviderAnswer.Captured(1_000), Given.Noon);

    private static ProviderAnswer[] Paid => [new ProviderAnswer.Authorized("pi_1", 1_000), new ProviderAnswer.Captured(1_000)];

    [Fact]
    public void What_both_have_alike_matches()
    {
        var report = Compare([Authorized, Captured], Paid);

        Assert.True(report.IsClean);
        Assert.Equal((2, 0, 0), (report.Matched, report.OnTheirWay, report.Foreign));
    }

    [Fact]
    public void A_capture_whose_answer_was_lost_is_missing_here()
    {
        var found = Assert.Single(Compare([Authorized, Captured], new ProviderAnswer.Authorized("pi_1", 1_000)).Differences);

        Assert.Equal(
            (DifferenceKind.MissingHere, "p1", "p1-capture-2", OperationKind.Capture, null, 1_000L),
            (found.Kind, found.Payment, found.Key, found.Operation, found.Here, found.There));
        Assert.Equal((Captured, true), (found.Said, found.IsOpenHere));
    }

    [Fact]
    public void An_operation_that_the_journal_never_asked_for_is_missing_here()
    {
        var refunded = Captured with { Key = "by-hand", Kind = OperationKind.Refund, Amount = 300, Answer = new ProviderAnswer.Refunded(300) };

        var found = Assert.Single(Compare([Authorized, Captured, refunded], Paid).Differences);

        Assert.Equal((DifferenceKind.MissingHere, "by-hand", null, 300L, false), (found.Kind, found.Key, found.Here, found.There, found.IsOpenHere));
    }

    [Fact]
    public void A_capture_that_the_provider_does_not_have_is_missing_there()
    {
        var found = Assert.Single(Compare([Authorized], Paid).Differences);

        Assert.Equal((DifferenceKind.MissingThere, "p1-capture-2", 1_000L, null), (found.Kind, found.Key, found.Here, found.There));
    }

    [Fact]
    public void A_capture_that_the_provider_says_it_has_rejected_is_missing_there() => Assert.Equal(
        DifferenceKind.MissingThere,
        Assert.Single(Compare([Authorized, Captured with { Answer = new ProviderAnswer.Rejected("no") }], Paid).Differences).Kind);

    [Fact]
    public void Amounts_that_differ_are_shown_side_by_side()
    {
        var found = Assert.Single(Compare([Authorized, Captured with { Answer = new ProviderAnswer.Captured(999) }], Paid).Differences);

        Assert.Equal((DifferenceKind.AmountsDiffer, 1_000L, 999L), (found.Kind, found.Here, found.There));
    }

    [Fact]
    public void A_capture_of_a_payment_that_is_not_in_the_journal_has_no_order()
    {
        var elsewhere = Captured with { Payment = "p9", Key = "p9-capture-2" };
        var authorized = Authorized with { Payment = "p9", Key = "p9-authorize-1" };

        var found = Assert.Single(Compare([Authorized, Captured, authorized, elsewhere], Paid).Differences);

        Assert.Equal((DifferenceKind.CaptureWithoutOrder, "p9", null, 1_000L), (found.Kind, found.Payment, found.Here, found.There));
    }

    [Theory]
    [InlineData("p9-capture-2", DifferenceAction.GivenBack)]
    [InlineData("p9-2", DifferenceAction.LeftToOperator)]
    [InlineData("p8-capture-2", DifferenceAction.LeftToOperator)]
    [InlineData(null, DifferenceAction.LeftToOperator)]
    public void One_is_given_back_only_under_a_key_of_this_shop_as_another_key_would_capture_again(string? key, DifferenceAction action)
    {
        var report = Compare([Authorized, Captured, Captured with { Payment = "p9", Key = key }], Paid);

        Assert.Equal(action, Assert.Single(Reconciler.Plan(report)).Action);
    }

    [Fact]
    public void One_that_was_given_back_already_is_none()
    {
        var elsewhere = Captured with { Payment = "p9", Key = "p9-capture-2" };
        var refunded = elsewhere with { Key = "p9-refund-3", Kind = OperationKind.Refund, Answer = new ProviderAnswer.Refunded(1_000) };

        Assert.True(Compare([Authorized, Captured, elsewhere, refunded], Paid).IsClean);
    }

    [Fact]
    public void An_authorization_of_a_payment_that_is_not_in_the_journal_is_missing_here_until_it_ends()
    {
        var authorized = Authorized with { Payment = "p9", Key = "p9-authorize-1" };
        var voided = authorized with { Key = null, Kind = OperationKind.Void, Answer = new ProviderAnswer.Voided() };

        Assert.Equal(DifferenceKind.MissingHere, Assert.Single(Compare([Authorized, Captured, authorized], Paid).Differences).Kind);
        Assert.True(Compare([Authorized, Captured, authorized, voided], Paid).IsClean);
    }

    [Fact]
    public void What_is_not_of_this_shop_is_counted_and_not_judged()
    {
        var report = Compare([Authorized, Captured, Captured with { Payment = null, Key = null }], Paid);

        Assert.Equal((true, 1), (report.IsClean, report.Foreign));
    }

    [Fact]
    public void A_payer_who_has_not_acted_is_on_the_way()
    {
        var waiting = new ProviderAnswer.ActionRequired("pi_1", "https://bank.example");

        var report = Compare([Authorized with { Answer = waiting }], waiting);

        Assert.Equal((true, 1), (report.IsClean, report.OnTheirWay));
    }

    [Fact]
    public void A_decline_on_both_sides_matches_and_one_that_the_journal_does_not_know_is_missing_here()
    {
        var declined = new ProviderAnswer.Declined("insufficient_funds");

        Assert.True(Compare([Authorized with { Answer = declined }], declined).IsClean);
        Assert.Equal(DifferenceKind.MissingHere, Assert.Single(Compare([Authorized with { Answer = declined }]).Differences).Kind);
    }

    [Fact]
    public void An_authorization_that_has_ended_there_and_stands_here_is_missing_here() => Assert.Equal(
        DifferenceKind.MissingHere,
        Assert.Single(Compare(
            CaptureMode.Manual, Day, [Authorized with { Answer = new ProviderAnswer.Expired() }], new ProviderAnswer.Authorized("pi_1", 1_000)).Differences).Kind);

    [Fact]
    public void An_operation_that_the_provider_lists_without_its_key_is_found_by_its_kind() =>
        Assert.True(Compare([Authorized with { Key = null }, Captured with { Key = null }], Paid).IsClean);

    [Fact]
    public void Only_what_lies_in_the_span_is_judged()
    {
        var before = new ReconciledSpan(Given.Noon.AddHours(-12), Given.Noon, Given.Noon);

        Assert.Equal((0, true), Of(Compare(CaptureMode.Automatic, before, [], Paid)));
        Assert.Equal((0, true), Of(Compare(CaptureMode.Automatic, before, [Captured with { Payment = "p9" }], Paid)));

        // The provider's clock is ahead: found, although it is not in the span.
        Assert.Equal((0, true), Of(Compare(
            CaptureMode.Automatic, new ReconciledSpan(Given.Noon, Given.Noon.AddMinutes(1), Given.Noon.AddMinutes(1)),
            [Authorized with { At = Given.Noon.AddMinutes(2) }, Captured with { At = Given.Noon.AddMinutes(2) }], Paid)));
    }

    [Fact]
    public void What_was_concluded_after_the_list_was_asked_for_is_not_missing_in_it() =>
        Assert.True(Compare(CaptureMode.Automatic, Day with { ListedAt = Given.Noon }, [], Paid).IsClean);

    private static (int Matched, bool IsClean) Of(ReconciliationReport report) => (report.Matched, report.IsClean);

    private static ReconciliationReport Compare(IReadOnlyList<ProviderOperation> there, params ProviderAnswer[] answers) =>
        Compare(CaptureMode.Automatic, Day, there, answers);

    /// <summary>Compares with a payment whose provider has given these answers.</summary>
    private static ReconciliationReport Compare(
        CaptureMode capture, ReconciledSpan span, IReadOnlyList<ProviderOperation> there, params ProviderAnswer[] answers)
    {
        var (state, entries) = (GivenPayment.None, new List<JournalEvent>());
        Record(PaymentDecisions.Create(state, GivenPayment.Command with { Capture = capture }, GivenPayment.Times, Given.Noon));
        Record(PaymentDecisions.Authorize(state, 2, GivenPayment.Times, Given.Noon));
        foreach (var answer in answers)
        {
            Record(state.Concluding(answer));
        }

        var records = entries.Select((entry, i) => new JournalRecord(i + 1, "s", i + 1, entry.Type, entry.Payload, entry.At));
        return Reconciliation.Compare(span, there, new Dictionary<string, PaymentHistory> { ["p1"] = PaymentHistory.Of("p1", records) });

        void Record(Decision<PaymentEvent> decision) => state = Aggregate.Record(state, decision.Events, Given.Noon, trace: null, entries);
    }
}
