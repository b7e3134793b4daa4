namespace Granary.Domain.Audit;

/// <summary>What an audit of a journal found.</summary>
/// <param name="Events">Events read.</param>
/// <param name="Orders">Orders that were ever placed.</param>
/// <param name="Products">Stock items.</param>
/// <param name="Users">Users.</param>
/// <param name="Violations">What must never be: a gap, oversold stock, money from nowhere, an order without its reservation.</param>
/// <param name="Lagging">
/// Reservations and holds that are not in step with their orders yet. Normal for orders that were under way where the journal
/// ends; stock items and wallets bring them in step by themselves once they are active.
/// </param>
/// <param name="Payments">External payments.</param>
public sealed record AuditReport(
    long Events,
    int Orders,
    int Products,
    int Users,
    IReadOnlyList<string> Violations,
    IReadOnlyList<string> Lagging,
    int Payments = 0)
{
    /// <summary>Whether the journal is sound.</summary>
    public bool IsSound => Violations.Count == 0;
}
