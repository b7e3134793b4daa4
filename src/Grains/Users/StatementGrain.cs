using Granary.Domain.Events;
using Granary.Domain.Users;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Granary.Journal;
using Orleans.Concurrency;

namespace Granary.Grains.Users;

/// <summary>
/// Reads statements from the journal on the silo that receives the call. A call reads a bounded part of one user's events, and as many run
/// at a time as there are workers, so that users with a million events cost the database no more than others.
/// </summary>
[StatelessWorker(maxLocalWorkers: 4)]
public sealed class StatementGrain(IJournal journal) : Grain, IStatementGrain
{
    /// <summary>How many versions of a user one call looks at.</summary>
    public const long MostVersions = 20_000;

    /// <summary>How many of them are read at once.</summary>
    private const long PartLength = 2_000;

    /// <inheritdoc/>
    public async Task<StatementPage?> Read(string userId, StatementQuery query)
    {
        if ((await GrainFactory.User(userId).Get()).User is not { } user)
        {
            return null;
        }

        var reading = new StatementReading(query);
        var most = Math.Min(user.Version, reading.Version + MostVersions);
        while (!reading.IsComplete && reading.Version < most)
        {
            var through = Math.Min(reading.Version + PartLength, most);
            reading.Read(
                await journal.ReadStreamPartAsync(JournalStream.OfUser(userId), reading.Version, through, WalletStatement.Types), through);
        }

        return reading.ToPage(user.Version);
    }
}
