using Granary.Domain.Claims;
using Granary.Domain.Events;
using Granary.Domain.Stock;
using Granary.Grains.Claims;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Orders;
using Granary.Grains.Stock.Catalogue;
using Orleans.Concurrency;

namespace Granary.Grains.Stock;

/// <summary>One product and its stock.</summary>
[Reentrant]
public sealed class StockGrain(ClaimKeeping keeping, ICatalogue catalogue, StockMetrics metrics)
    : ClaimKeeperGrain<StockState, StockEvent>(keeping), IStockGrain
{
    private readonly ICurrent<OrderOptions> _limits = keeping.Options;

    /// <inheritdoc/>
    protected override string SnapshotName => "stock-1";

    /// <inheritdoc/>
    protected override Func<Task> NextActivation => GrainFactory.StockItem(Key).GetLevel;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        if (Durable.Status != StockStatus.None)
        {
            // Repairs the catalogue entry after a crash between the change of a product and its entry.
            await catalogue.UpsertAsync(Durable.ToProduct(), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<ProductReply> Define(DefineProduct command)
    {
        if (Durable.Status == StockStatus.None && StockDecisions.Define(Decided, command).Refusal is null)
        {
            // The catalogue entry is written before the product exists, so the catalogue never lacks a product, wherever a crash
            // occurs.
            await catalogue.UpsertAsync(
                new Product(Key, command.Name, command.Description, command.Price, StockStatus.None, 0, 0), CancellationToken.None);
        }

        var created = Decided.Status == StockStatus.None;
        var decision = StockDecisions.Define(Decided, command);
        Raise(decision.Events);
        await CommitAsync();
        if (decision.Refusal is { } refusal)
        {
            return new ProductReply(null, refusal);
        }

        var product = Durable.ToProduct();
        await catalogue.UpsertAsync(product, CancellationToken.None);
        return new ProductReply(product, Created: created);
    }

    /// <inheritdoc/>
    public Task<ProductReply> GetProduct() => Task.FromResult(
        Durable.Status == StockStatus.None ? new ProductReply(null, Unknown) : new ProductReply(Durable.ToProduct()));

    /// <inheritdoc/>
    public Task<StockReply> GetLevel() => Task.FromResult(
        Durable.Status == StockStatus.None ? new StockReply(null, Unknown) : new StockReply(Durable.ToLevel()));

    /// <inheritdoc/>
    public async Task<StockReply> Adjust(AdjustStock command)
    {
        var decision = StockDecisions.Adjust(Decided, command);
        Raise(decision.Events);
        await CommitAsync();
        return decision.Refusal is { } refusal
            ? new StockReply(null, refusal)
            : new StockReply(Durable.AnswerTo(command) ?? Durable.ToLevel(), Replayed: decision.Events.Count == 0);
    }

    /// <inheritdoc/>
    public async Task<ReserveReply> Reserve(ReserveStock command)
    {
        var decision = StockDecisions.Reserve(Decided, command, out var reply, _limits.Of(command.SettingsVariant).MaxOpenUnitsPerUser);
        Raise(decision.Events);
        if (decision.Events.Count > 0)
        {
            Watch(command.OrderId);
        }

        // A refusal may depend on decisions that are not durable yet, and no order will require them: it waits.
        await (reply.Result == ReserveResult.Reserved ? SecureAsync(command.Group) : CommitAsync());
        metrics.Deducted(reply.Result == ReserveResult.Reserved);
        return reply;
    }

    /// <inheritdoc/>
    protected override ClaimBook ClaimsOf(StockState state) => state.Claims;

    /// <inheritdoc/>
    protected override Decision<StockEvent> DecideAlign(StockState state, OrderStanding standing) =>
        StockDecisions.Align(state, standing);

    /// <inheritdoc/>
    protected override Decision<StockEvent> DecideRelease(StockState state, string orderId, long attempt) =>
        StockDecisions.Release(state, orderId, attempt);

    private UnknownProduct Unknown => new([Key]);
}
