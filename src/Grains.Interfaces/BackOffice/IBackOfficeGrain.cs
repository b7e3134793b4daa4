using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Orleans.CodeGeneration;

namespace Granary.Grains.Interfaces.BackOffice;

/// <summary>
/// Lists for staff from the views that follow the journal: a change appears in them shortly after it was made. Any activation answers;
/// the key is 0.
/// </summary>
[Alias("granary.back-office-grain"), Version(1)]
public interface IBackOfficeGrain : IGrainWithIntegerKey
{
    /// <summary>A page of the audit, newest first.</summary>
    /// <exception cref="ViewUnavailableException">The view cannot be reached.</exception>
    [Alias("audit"), Idempotent]
    Task<AuditPage> ListAudit(AuditQuery query);

    /// <summary>
    /// A page of users, by user name. The view finds them; each is shown as its grain knows it now, and left out where it no longer has
    /// what the query asks for, so a page may be shorter than its limit while it has a next one.
    /// </summary>
    /// <exception cref="ViewUnavailableException">The view cannot be reached.</exception>
    [Alias("users"), Idempotent]
    Task<UserPage> ListUsers(UserQuery query);

    /// <summary>A page of stock levels, the lowest available first.</summary>
    /// <exception cref="ViewUnavailableException">The view cannot be reached.</exception>
    [Alias("stock"), Idempotent]
    Task<StockPage> ListStock(StockQuery query);
}

/// <summary>The filters of the audit; a null member filters nothing.</summary>
[GenerateSerializer, Immutable, Alias("granary.audit-query")]
public sealed record AuditQuery
{
    /// <summary>Maximum number of entries on the page, at least 1.</summary>
    [Id(0)] public required int Limit { get; init; }

    /// <summary>Such as <c>product/CUP</c>.</summary>
    [Id(1)] public string? Subject { get; init; }

    /// <summary>The id of a user or key, or <c>system</c>.</summary>
    [Id(2)] public string? Actor { get; init; }

    /// <summary>At this time or later.</summary>
    [Id(3)] public DateTimeOffset? From { get; init; }

    /// <summary>Before this time.</summary>
    [Id(4)] public DateTimeOffset? To { get; init; }

    /// <summary>Whether only stock that was moved by hand is listed.</summary>
    [Id(5)] public bool OnlyAdjustments { get; init; }

    /// <summary>The last entry of the previous page.</summary>
    [Id(6)] public AuditPlace? After { get; init; }
}

/// <summary>An entry's place in the audit.</summary>
/// <param name="Position">The position of its event in the journal, which orders entries of the same instant.</param>
[GenerateSerializer, Immutable, Alias("granary.audit-place")]
public readonly record struct AuditPlace([property: Id(0)] DateTimeOffset At, [property: Id(1)] long Position);

/// <summary>An entry of the audit.</summary>
/// <param name="Subject">What was changed, such as <c>product/CUP</c>.</param>
/// <param name="Version">The version of the subject with the change.</param>
/// <param name="Type">The type of the event, such as <c>product.changed</c>.</param>
/// <param name="By">The id of the user or key that did it, or <c>system</c>.</param>
/// <param name="From">JSON: the values before, of those that changed; null where none is known.</param>
/// <param name="To">JSON: the values after, and what was said with the change. Money is <c>{"amount": minor units}</c>.</param>
[GenerateSerializer, Immutable, Alias("granary.audit-line")]
public sealed record AuditLine(
    [property: Id(0)] string Subject,
    [property: Id(1)] long Version,
    [property: Id(2)] long Position,
    [property: Id(3)] string Type,
    [property: Id(4)] DateTimeOffset At,
    [property: Id(5)] string By,
    [property: Id(6)] string? From,
    [property: Id(7)] string? To);

/// <summary>A page of the audit.</summary>
/// <param name="Lines">Newest first.</param>
/// <param name="More">Whether more follow.</param>
[GenerateSerializer, Immutable, Alias("granary.audit-page")]
public sealed record AuditPage([property: Id(0)] IReadOnlyList<AuditLine> Lines, [property: Id(1)] bool More);

/// <summary>The filters of a list of users; a null member filters nothing.</summary>
[GenerateSerializer, Immutable, Alias("granary.user-query")]
public sealed record UserQuery
{
    /// <summary>Maximum number of users on the page, at least 1.</summary>
    [Id(0)] public required int Limit { get; init; }

    /// <summary>What the user name or display name contains, whatever the case.</summary>
    [Id(1)] public string? Search { get; init; }

    /// <summary>One of <see cref="Roles.All"/>.</summary>
    [Id(2)] public string? Role { get; init; }

    [Id(3)] public UserStatus? Status { get; init; }

    /// <summary>The name, in lower case, after which the page begins.</summary>
    [Id(4)] public string? After { get; init; }
}

/// <summary>A page of users.</summary>
/// <param name="Users">By user name.</param>
/// <param name="Next">The name after which the next page begins; null on the last page.</param>
[GenerateSerializer, Immutable, Alias("granary.user-page")]
public sealed record UserPage([property: Id(0)] IReadOnlyList<User> Users, [property: Id(1)] string? Next);

/// <summary>A page of stock levels.</summary>
/// <param name="Limit">Maximum number of items, at least 1.</param>
/// <param name="Low">Whether only items at or below the threshold of low stock are listed.</param>
/// <param name="After">The last item of the previous page; null for the first page.</param>
[GenerateSerializer, Immutable, Alias("granary.stock-query")]
public sealed record StockQuery([property: Id(0)] int Limit, [property: Id(1)] bool Low, [property: Id(2)] StockPlace? After = null);

/// <summary>An item's place in the list.</summary>
/// <param name="Available">Units that could be reserved.</param>
[GenerateSerializer, Immutable, Alias("granary.stock-place")]
public readonly record struct StockPlace([property: Id(0)] long Available, [property: Id(1)] string Sku);

/// <summary>A page of stock levels.</summary>
/// <param name="Levels">The lowest available first.</param>
/// <param name="More">Whether more follow.</param>
[GenerateSerializer, Immutable, Alias("granary.stock-page")]
public sealed record StockPage([property: Id(0)] IReadOnlyList<StockLevel> Levels, [property: Id(1)] bool More);

/// <summary>A view that lists are read from cannot be reached.</summary>
[GenerateSerializer, Alias("granary.view-unavailable")]
public sealed class ViewUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
