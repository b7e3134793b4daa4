using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Granary.Grains.Payments;

/// <summary>
/// One payment with an external provider. What the provider is asked to do is durable before the call, and its outcome after it. The
/// call itself is made beside the grain's turns (<see cref="WorkAsync"/>): meanwhile the payment answers, follows its order and takes in
/// the provider's events. Two activations on two silos call the provider under the same key, and the journal takes the outcome once.
/// </summary>
[Reentrant, PreferLocalPlacement]
public sealed partial class PaymentGrain(PaymentKeeping keeping)
    : EventSourcedGrain<PaymentState, PaymentEvent>(keeping.Journal, keeping.Clock), IPaymentGrain, IPaymentUpkeep
{
    private const string InProgress = "payment_in_progress";
    private const string NotPayable = "order_not_payable";
    private const string OrderOver = "order_over";

    /// <inheritdoc/>
    public async Task<PaymentReply> Pay(PayExternally command)
    {
        ArgumentNullException.ThrowIfNull(command);
        await LoadAsync();
        var replayed = Decided.Exists;
        if ((replayed ? Repeat(command) : await CreateAsync(command)) is { } refusal)
        {
            return refusal;
        }

        // The silo that began may be gone.
        _mustAsk |= replayed && IsCallAbandoned;

        // A caller's patience ends, also before the creation is durable: then nothing may be said of the payment.
        await CommitAsync();
        if (await WorkedAsync() is { } notAdmitted)
        {
            return notAdmitted;
        }

        return await NotAdmittedAsync(command.Owner) is { } earlier ? earlier : new PaymentReply(Durable.ToPayment(), Replayed: replayed);
    }

    /// <inheritdoc/>
    public async Task<PaymentReply> Get(string? owner)
    {
        await LoadAsync();
        return IsFor(Durable, owner) ? new PaymentReply(Durable.ToPayment()) : new NotFound();
    }

    /// <inheritdoc/>
    public Task<PaymentReply> Capture(string by) => CarryOutAsync(payment => PaymentDecisions.Capture(payment, by, keeping.Times, Now));

    /// <inheritdoc/>
    public async Task<PaymentReply> Void(string by)
    {
        await LoadAsync();
        if (!Durable.Exists)
        {
            return new NotFound();
        }

        var standing = await FollowedAsync(Durable);
        return await CarryOutAsync(payment => PaymentDecisions.Void(payment, by, standing, keeping.Times, Now));
    }

    /// <inheritdoc/>
    public Task<PaymentReply> Acknowledge(AcknowledgeAttention command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return CarryOutAsync(payment => PaymentDecisions.Acknowledge(payment, command.Reason, command.Note, command.By));
    }

    /// <inheritdoc/>
    public async Task Align(OrderStanding standing)
    {
        ArgumentNullException.ThrowIfNull(standing);
        await LoadAsync();
        Take(PaymentDecisions.Align(Decided, standing, keeping.Times, Now));
        await CommitAsync();

        // The order waits for this answer, and what follows asks the order.
        Continue();
    }

    /// <inheritdoc/>
    public async Task Advance()
    {
        await LoadAsync();
        await WorkedAsync();
    }

    /// <inheritdoc/>
    public async Task Receive(ProviderNews news)
    {
        ArgumentNullException.ThrowIfNull(news);
        await LoadAsync();
        var said = new ProviderEvent(news.Id, news.Type, news.Amount);
        var decision = news.Differs ? PaymentDecisions.Differ(Decided, said, Now) : PaymentDecisions.Receive(Decided, said, Now);
        Take(decision);
        await CommitAsync();
        if (decision.Events.Count > 0 && Durable.Exists)
        {
            // Also where a call is under way: if that has no answer, the provider is asked at once and not after a pause.
            _mustAsk |= PaymentDecisions.Asked(Durable) is not null;
            Continue();
        }
    }

    /// <inheritdoc/>
    public async Task Follow()
    {
        await LoadAsync();
        await CommitAsync();
        if (Durable.Status is not (PaymentStatus.None or PaymentStatus.Created) && !IsTold(Durable))
        {
            await TellAsync();
            await CommitAsync();
            Continue();
        }
    }

    /// <summary>Refuses what can be refused before anything is recorded; otherwise records the payment, of which nothing is sent yet.</summary>
    private async Task<Refusal?> CreateAsync(PayExternally command)
    {
        var gateway = keeping.Gateway;
        if (!gateway.IsConfigured)
        {
            return new PaymentsNotConfigured();
        }

        var reply = await GrainFactory.Order(command.OrderId).Get(command.Owner);
        if (reply.Order is not { } order)
        {
            return reply.Refusal;
        }

        var isPayable = OrderLifecycle.Next(order.Status, OrderTrigger.Pay) is not null;
        var isExternal = order is { PaymentMethod: PaymentMethod.External, Total: > 0 };
        if (!isPayable || !isExternal || order.Payments?.Count >= OrderPaymentDecisions.MostPayments)
        {
            return new IllegalTransition(
                Words.Of(order.Status), order.AllowedActions, isPayable && !isExternal ? OrderPaymentDecisions.PaidFromWallet : null);
        }

        if (await OpenPaymentOf(order) is { } open)
        {
            return new PaymentInProgress(open);
        }

        if (gateway.WaitOfNextAuthorization() is { } wait)
        {
            return new PaymentProviderUnavailable(Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)));
        }

        var creation = PaymentDecisions.Create(
            Decided,
            new CreatePayment(
                order.Id, order.UserId, order.Total, keeping.Terms.Currency, command.Token, command.Capture, gateway.Name, command.By),
            keeping.Times,
            Now);
        Take(creation);
        return creation.Refusal;
    }

    /// <summary>Whether a command is the one that has created the payment.</summary>
    private Refusal? Repeat(PayExternally command)
    {
        var payment = Decided;
        return !IsFor(payment, command.Owner)
            ? new NotFound()
            : PaymentDecisions.Create(
                payment,
                new CreatePayment(
                    command.OrderId, payment.UserId, payment.Amount, payment.Currency, command.Token, command.Capture, payment.Provider,
                    command.By),
                keeping.Times,
                Now).Refusal;
    }

    /// <summary>Has the order admit the payment, and then asks for the authorization.</summary>
    /// <returns>Why the order does not admit it; otherwise null.</returns>
    private async Task<Refusal?> AdmitAsync(PaymentState payment)
    {
        var reply = await GrainFactory.Order(payment.OrderId).StartPayment(new OrderCommand(payment.CreatedBy), Key, payment.Amount);
        if (reply.Refusal is { } refusal)
        {
            Take(PaymentDecisions.Abandon(Decided, refusal is PaymentInProgress ? InProgress : NotPayable));
            await CommitAsync();
            return refusal;
        }

        _told = payment.ToAccount();
        Take(PaymentDecisions.Authorize(Decided, reply.Order!.Version, keeping.Times, Now));
        return null;
    }

    /// <summary>The refusal that a payment was answered with that its order did not admit; null for any other.</summary>
    private async Task<Refusal?> NotAdmittedAsync(string? owner)
    {
        if (Durable is not { Status: PaymentStatus.Voided, Operations: 0, GivenUpReason: InProgress or NotPayable or OrderOver })
        {
            return null;
        }

        var reply = await GrainFactory.Order(Durable.OrderId).Get(owner);
        return reply.Order is not { } order ? reply.Refusal
            : Durable.GivenUpReason == InProgress && await OpenPaymentOf(order) is { } open ? new PaymentInProgress(open)
            : new IllegalTransition(Words.Of(order.Status), order.AllowedActions);
    }

    /// <summary>The payment that an unpaid order waits for, as far as that says; null if it waits for none.</summary>
    private async Task<string?> OpenPaymentOf(Order order) =>
        order.Payments is [.., var last]
        && (await GrainFactory.Payment(last).Get(owner: null)).Payment is { } payment
        && !PaymentLifecycle.IsOver(payment.Status) ? last : null;

    /// <summary>
    /// Carries out an operator's request. A stale activation must not refuse because of events that it has not read: before any refusal
    /// it reads newer events from the journal and decides again.
    /// </summary>
    private async Task<PaymentReply> CarryOutAsync(Func<PaymentState, Decision<PaymentEvent>> decide)
    {
        await LoadAsync();
        var decision = decide(Decided);
        while (decision.Refusal is { } refusal)
        {
            await CommitAsync();
            if (!await RefreshAsync())
            {
                return refusal;
            }

            decision = decide(Decided);
        }

        Take(decision);
        await CommitAsync();
        await WorkedAsync();
        return new PaymentReply(Durable.ToPayment(), Replayed: decision.Events.Count == 0);
    }

    /// <summary>Reads the payment. One that was not there may have been created on another silo since.</summary>
    private async Task LoadAsync()
    {
        if (!IsLoaded)
        {
            await EnsureLoadedAsync();
        }
        else if (!Decided.Exists)
        {
            await RefreshAsync();
        }
    }

    private static bool IsFor(PaymentState payment, string? owner) => payment.Exists && (owner is null || owner == payment.UserId);
}
