using System.Text.Json.Nodes;
using Granary.Domain.Events;
using Granary.Domain.Users;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Trail;

/// <summary>
/// What is audited of a user: roles, status, money that came in and was paid out, and an account or password that another has set.
/// </summary>
internal static class UserAudit
{
    public static AuditedKind Kind { get; } = new(
        StreamKind.User,
        JournalStream.OfUser(""),
        [
            UserEvent.Codec.NameOf<UserRegistered>(), UserEvent.Codec.NameOf<PasswordChanged>(), UserEvent.Codec.NameOf<RolesChanged>(),
            UserEvent.Codec.NameOf<UserWasSuspended>(), UserEvent.Codec.NameOf<UserReactivated>(), UserEvent.Codec.NameOf<UserClosed>(),
            UserEvent.Codec.NameOf<MoneyDeposited>(), UserEvent.Codec.NameOf<MoneyWithdrawn>(),
        ],
        (record, _) => Read(UserEvent.Codec.Decode(record), JournalStream.KeyOf(record.Stream)));

    private static AuditedEvent Read(UserEvent happened, string userId) => happened switch
    {
        UserRegistered e => new(e.By)
        {
            Sets = new JsonObject { ["user_name"] = e.UserName, ["roles"] = RolesOf(e.Roles), ["status"] = Words.Of(UserStatus.Active) },
            IsRecorded = e.By != userId,
        },
        PasswordChanged e => new(e.By)
        {
            Notes = new JsonObject { ["password"] = "replaced" },
            IsRecorded = e.EndsTokens == true && e.By != userId,
        },
        RolesChanged e => new(e.By) { Sets = new JsonObject { ["roles"] = RolesOf(e.Roles) } },
        UserWasSuspended e => Becomes(e.By, UserStatus.Suspended),
        UserReactivated e => Becomes(e.By, UserStatus.Active),
        UserClosed e => Becomes(e.By, UserStatus.Closed),
        MoneyDeposited e => new(e.By) { Notes = Movement(e.Amount, e.Reference) },
        MoneyWithdrawn e => new(e.By) { Notes = Movement(e.Amount, e.Reference) },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is not audited."),
    };

    private static AuditedEvent Becomes(string by, UserStatus status) => new(by) { Sets = new JsonObject { ["status"] = Words.Of(status) } };

    /// <summary>In order, so that the same roles are equal.</summary>
    private static JsonArray RolesOf(IReadOnlyList<string> roles) => [.. roles.Order(StringComparer.Ordinal).Select(role => (JsonNode)role)];

    private static JsonObject Movement(long amount, string? reference)
    {
        var movement = new JsonObject { ["amount"] = AuditMoney.Of(amount) };
        if (reference is not null)
        {
            movement["reference"] = reference;
        }

        return movement;
    }
}
