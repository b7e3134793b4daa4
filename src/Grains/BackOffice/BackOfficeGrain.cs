using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Stock;
using Orleans.Concurrency;

namespace Granary.Grains.BackOffice;

/// <summary>Answers the lists of the back office on the silo that receives the call, with the same concurrency as lists of orders.</summary>
[StatelessWorker(maxLocalWorkers: 16)]
public sealed class BackOfficeGrain(AuditView audit, UserDirectory users, StockList stock, ICurrent<LowStockOptions> lowStock) : Grain, IBackOfficeGrain
{
    /// <inheritdoc/>
    public Task<AuditPage> ListAudit(AuditQuery query) => ViewReading.Of(() => audit.ListAsync(query, CancellationToken.None));

    /// <inheritdoc/>
    public async Task<UserPage> ListUsers(UserQuery query)
    {
        // One row more than the page shows whether another page follows.
        var found = await ViewReading.Of(() => users.FindAsync(query, query.Limit + 1, CancellationToken.None));
        var page = found.Take(query.Limit).ToList();
        var known = await Task.WhenAll(page.Select(entry => UserOf(entry.UserId)));
        return new UserPage(
            [.. known.OfType<User>().Where(user => (query.Role is null || user.Roles.Contains(query.Role)) && (query.Status is null || user.Status == query.Status))],
            found.Count > query.Limit ? page[^1].Name : null);
    }

    /// <inheritdoc/>
    public Task<StockPage> ListStock(StockQuery query) =>
        ViewReading.Of(() => stock.ListAsync(query.Limit, query.Low ? lowStock.Value.Threshold : null, query.After, CancellationToken.None));

    /// <summary>A user as the grain knows it; null where the journal has none, or a damaged one: the other users are listed.</summary>
    private async Task<User?> UserOf(string id)
    {
        try
        {
            return (await GrainFactory.User(id).Get()).User;
        }
        catch (DamagedDataException)
        {
            return null;
        }
    }
}
