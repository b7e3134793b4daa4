using Granary.Domain.Events;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Orders;
using Granary.Grains.Payments.Providers;

namespace Granary.Grains.Payments;

/// <content>
/// What a payment does after every append: it calls the provider, records the outcome, tells its order and goes on with what follows.
/// </content>
public sealed partial class PaymentGrain
{
    /// <summary>
    /// How long a caller waits for the provider before it is answered with the payment as it stands: a call may take 8 s, and a payment
    /// that is captured at once makes two.
    /// </summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(9);

    /// <summary>The share of a caller's timeout that a provider may take of it.</summary>
    private const double ShareOfTimeout = 0.85;

    private Task<Refusal?> _work = Task.FromResult<Refusal?>(null);

    /// <summary>The ordinal of the operation that this activation has requested and not called yet; 0 for none.</summary>
    private int _uncalled;

    /// <summary>The provider is asked although that is not due: it has sent news, or the silo that called it may be gone.</summary>
    private bool _mustAsk;

    /// <summary>What the order was told last by this activation.</summary>
    private PaymentAccount? _told;

    /// <summary>What was decided and is counted once it is durable.</summary>
    private readonly Queue<(PaymentStatus Before, PaymentStatus After, long Version, IReadOnlyList<PaymentEvent> Events)> _uncounted = [];

    /// <summary>An operation is open that this activation has not requested and nobody has asked about.</summary>
    private bool IsCallAbandoned =>
        _work.IsCompleted && Durable is { Operation: { Attempts: 0 } operation, Status: not PaymentStatus.RequiresAction }
        && operation.Ordinal != _uncalled;

    /// <summary>
    /// The work of the payment, one at a time: what is decided while it goes on, it carries out, too. It ends when the provider owes an
    /// answer, or nothing is left to do.
    /// </summary>
    /// <returns>Why the order does not admit the payment; otherwise null.</returns>
    private Task<Refusal?> Work() => _work.IsCompleted ? _work = WorkAsync() : _work;

    private async Task<Refusal?> WorkAsync()
    {
        var (isReviewed, isKeptBack) = (false, false);
        while (true)
        {
            // Durable before any call.
            await CommitAsync();
            var payment = Durable;
            if (IsLeaving || !payment.Exists)
            {
                return null;
            }

            if (payment.Status == PaymentStatus.Created)
            {
                if (await AdmitAsync(payment) is { } refusal)
                {
                    return refusal;
                }
            }
            else if (payment.Operation is { } operation && operation.Ordinal == _uncalled)
            {
                _uncalled = 0;
                Conclude(operation, await CallAsync(payment, operation));
            }
            else if (!isKeptBack
                && PaymentDecisions.Asked(payment) is { } asked
                && (_mustAsk || PaymentDecisions.Due(payment, Now) == PaymentStep.Ask))
            {
                _mustAsk = false;
                if (await AskAsync(payment, asked) is { } answer)
                {
                    Conclude(asked, answer);
                }
                else
                {
                    // Nobody was asked, so it is no attempt. The payment stays due, and the sweep has it ask until the breaker permits.
                    isKeptBack = true;
                }
            }
            else if (!isReviewed && PaymentDecisions.Due(payment, Now) == PaymentStep.Review)
            {
                isReviewed = true;
                var standing = await FollowedAsync(payment);
                Take(PaymentDecisions.Review(Decided, standing, keeping.Times, Now));
            }
            else if (IsTold(payment) || !await TryTellAsync())
            {
                _mustAsk = false;
                return null;
            }
        }
    }

    /// <summary>Waits for the payment's work, but not longer than a caller does, and not while the silo stops.</summary>
    private async Task<Refusal?> WorkedAsync()
    {
        var work = Work();
        var patience = keeping.Messaging.Value.ResponseTimeout * ShareOfTimeout;
        try
        {
            return await work.WaitAsync(patience < LongestAnswer ? patience : LongestAnswer, keeping.Lifetime.ApplicationStopping);
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException && !work.IsCompleted)
        {
            Continue();
            return null;
        }
    }

    /// <summary>Goes on without a caller. What fails here, the sweep and the consumer of the journal repeat.</summary>
    private async void Continue()
    {
        try
        {
            await Work();
        }
        catch (Exception fault)
        {
            keeping.Logger.LogWarning(fault, "Payment {Payment} is {Status} and could not go on; it will be tried again.", Key, Durable.Status);
        }
    }

    /// <summary>Calls the provider.</summary>
    private async Task<ProviderAnswer> CallAsync(PaymentState payment, PaymentOperation operation) =>
        GatewayOf(payment) is not { } gateway ? new ProviderAnswer.NoAnswer("not_configured")
        : await gateway.CallAsync(CallOf(payment, operation), CancellationToken.None) is var answer and not ProviderAnswer.NotKnown ? answer
        : new ProviderAnswer.NoAnswer("not_known");

    /// <summary>Asks the provider what became of an operation. What it has not received is called again under the same key.</summary>
    /// <returns>The answer; null when the breaker kept the question back.</returns>
    private async Task<ProviderAnswer?> AskAsync(PaymentState payment, PaymentOperation operation)
    {
        if (GatewayOf(payment) is not { } gateway)
        {
            return new ProviderAnswer.NoAnswer("not_configured");
        }

        var answer = await gateway.AskAsync(CallOf(payment, operation), CancellationToken.None);
        return answer == ProviderGateway.NotSent ? null
            : answer is ProviderAnswer.NotKnown && Durable.Operation?.Ordinal == operation.Ordinal ? await CallAsync(payment, operation)
            : answer;
    }

    private void Conclude(PaymentOperation operation, ProviderAnswer answer) =>
        Take(PaymentDecisions.Conclude(Decided, operation, answer, keeping.Times, Now));

    /// <summary>Records a decision. The next commit makes it durable.</summary>
    private void Take(Decision<PaymentEvent> decision)
    {
        if (decision.Events.Count == 0)
        {
            return;
        }

        var before = Decided;
        Raise(decision.Events);
        _uncounted.Enqueue((before.Status, Decided.Status, Decided.Version, decision.Events));
        if (Decided.Operations > before.Operations)
        {
            _uncalled = Decided.Operations;
        }
    }

    /// <inheritdoc/>
    protected override void OnDurable()
    {
        while (_uncounted.TryPeek(out var taken) && taken.Version <= Durable.Version)
        {
            _uncounted.Dequeue();
            keeping.Metrics.Reached(taken.Before, taken.After);
            keeping.Outcomes.Recorded(taken.Events);
        }
    }

    private bool IsTold(PaymentState payment) => _told is { } told && payment.ToAccount() is var account
        && (told.Authorized, told.Captured, told.Refunded, told.IsSecured, told.IsOver, told.Refunds.Count)
        == (account.Authorized, account.Captured, account.Refunded, account.IsSecured, account.IsOver, account.Refunds.Count);

    /// <summary>Tells the order what the payment has, and aligns the payment with the standing that the order has after it.</summary>
    private async Task TellAsync()
    {
        var standing = await FollowedAsync(Durable);
        Take(PaymentDecisions.Align(Decided, standing, keeping.Times, Now));
    }

    private async Task<bool> TryTellAsync()
    {
        try
        {
            await TellAsync();
            return true;
        }
        catch (Exception fault) when (!IsFaulted)
        {
            // The money is where it is. The consumer of the journal tells the order.
            keeping.Logger.LogWarning(fault, "Payment {Payment} is {Status} and could not tell its order.", Key, Durable.Status);
            return false;
        }
    }

    private async Task<OrderStanding> FollowedAsync(PaymentState payment)
    {
        var account = payment.ToAccount();
        if (!payment.HasOrder)
        {
            _told = account;
            return NoOrder;
        }

        var standing = await ParticipantCalls.RepeatAsync(() => GrainFactory.Order(payment.OrderId).FollowPayment(account));
        _told = account;
        return standing;
    }

    /// <summary>The way to the payment's provider; null if another one is configured by now, or none.</summary>
    private ProviderGateway? GatewayOf(PaymentState payment) => keeping.Gateway.Name == payment.Provider ? keeping.Gateway : null;

    private static ProviderCall CallOf(PaymentState payment, PaymentOperation operation) =>
        new(payment.Id, payment.OrderId, operation, payment.Currency, payment.Token, payment.Reference);
}
