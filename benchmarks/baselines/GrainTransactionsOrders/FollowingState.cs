using Orleans.Transactions;
using Orleans.Transactions.Abstractions;

namespace Granary.Baselines.GrainTransactions;

/// <summary>
/// A transactional state that takes part in transactions and never coordinates one. The first state that can is the coordinator, and
/// only the coordinator stores many transactions in one write; every other participant stores one after another. Orders are such
/// followers, so the first product of an order is its coordinator: 702 instead of 99 orders a second for a single product.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class FollowingStateAttribute(string name) : Attribute, IFacetMetadata, ITransactionalStateConfiguration
{
    public string StateName => name;

    public string? StorageName => null;
}

/// <summary>Tells Orleans the role of a <see cref="FollowingStateAttribute"/>.</summary>
public sealed class FollowingStateMapper : TransactionalStateAttributeMapper<FollowingStateAttribute>
{
    protected override TransactionalStateConfiguration AttributeToConfig(FollowingStateAttribute attribute) =>
        new(attribute, ParticipantId.Role.Resource);
}
