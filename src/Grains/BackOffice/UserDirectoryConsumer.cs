using Granary.Domain.Events;
using Granary.Domain.Users;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Granary.Streams;
using Orleans.Placement;

namespace Granary.Grains.BackOffice;

/// <summary>Keeps the directory of users.</summary>
[GrainType(Name), ImplicitStreamSubscription(StreamNames.Audited), PreferLocalPlacement]
public sealed class UserDirectoryConsumer(ConsumerServices services, UserDirectory directory) : JournalConsumer(services)
{
    /// <summary>The consumer's name.</summary>
    public const string Name = "users";

    /// <inheritdoc/>
    protected override string Consumer => Name;

    /// <inheritdoc/>
    protected override string Namespace => StreamNames.Audited;

    /// <inheritdoc/>
    protected override async Task HandleAsync(IReadOnlyList<JournalRecord> events)
    {
        var users = events.Where(record => JournalStream.KindOf(record.Stream) == StreamKind.User && UserEvent.IsAboutAccess(record.Type)).ToList();
        if (users.Count == 0)
        {
            return;
        }

        var entries = await directory.ReadAsync([.. users.Select(record => JournalStream.KeyOf(record.Stream)).Distinct()], CancellationToken.None);
        foreach (var record in users)
        {
            var id = JournalStream.KeyOf(record.Stream);
            var known = entries.GetValueOrDefault(id);
            if (known is null || known.Version < record.Version)
            {
                entries[id] = await AfterAsync(known, id, UserEvent.Codec.Decode(record), record.Version);
            }
        }

        await directory.UpsertAsync(entries.Values, CancellationToken.None);
    }

    private async Task<DirectoryEntry> AfterAsync(DirectoryEntry? known, string id, UserEvent happened, long version) => (happened, known) switch
    {
        (UserRegistered e, _) => DirectoryEntry.Of(id, e.UserName, e.DisplayName, UserStatus.Active, e.Roles, version),
        (_, null) => await AskAsync(id, version),
        (RolesChanged e, _) => known with { Roles = e.Roles, Version = version },
        (UserWasSuspended, _) => known with { Status = UserStatus.Suspended, Version = version },
        (UserReactivated, _) => known with { Status = UserStatus.Active, Version = version },
        (UserClosed, _) => known with { Status = UserStatus.Closed, Version = version },
        _ => known with { Version = version },
    };

    /// <summary>The user, whose registration was set aside as a dead letter.</summary>
    private async Task<DirectoryEntry> AskAsync(string id, long version)
    {
        var user = (await GrainFactory.User(id).Get()).User;
        return user is not null && user.Version >= version
            ? DirectoryEntry.Of(id, user.UserName, user.DisplayName, user.Status, user.Roles, user.Version)
            : throw new TimeoutException($"User {id} does not know its own events up to version {version}.");
    }
}
