using System.Globalization;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Reads who changed what, newest first, page by page.</summary>
    /// <param name="subject">Only changes of this, such as <c>product/CUP</c>; null for all.</param>
    /// <param name="actor">Only changes by this user or key; null for all.</param>
    /// <param name="from">Only changes at this time or later.</param>
    /// <param name="to">Only changes before this time.</param>
    public IAsyncEnumerable<AuditEntry> ListAuditAsync(
        string? subject = null, string? actor = null, DateTimeOffset? from = null, DateTimeOffset? to = null, CancellationToken cancellationToken = default) =>
        PagesAsync(
            $"audit?{Filter("subject", subject)}{Filter("actor", actor)}{Filter("from", from)}{Filter("to", to)}", ClientJson.Default.AuditPage, cancellationToken);

    /// <summary>Reads users by user name, page by page.</summary>
    /// <param name="search">Only users that have this in their user name or display name; null for all.</param>
    /// <param name="role"><c>customer</c>, <c>operator</c> or <c>admin</c>; null for all.</param>
    /// <param name="status"><c>active</c>, <c>suspended</c> or <c>closed</c>; null for all.</param>
    public IAsyncEnumerable<User> ListUsersAsync(
        string? search = null, string? role = null, string? status = null, CancellationToken cancellationToken = default) =>
        PagesAsync(
            $"users?{Filter("search", search)}{Filter("role", role)}{Filter("status", status)}", ClientJson.Default.UserPage, cancellationToken);

    /// <summary>Reads stock levels, the lowest available first, page by page.</summary>
    /// <param name="low">Whether only products at or below <c>Granary:Stock:LowThreshold</c> are read.</param>
    public IAsyncEnumerable<StockLevel> ListStockAsync(bool low = false, CancellationToken cancellationToken = default) =>
        PagesAsync(low ? "stock?low=true&" : "stock?", ClientJson.Default.StockPage, cancellationToken);

    /// <summary>Reads how a product's stock was moved by hand, newest first, page by page.</summary>
    public IAsyncEnumerable<StockMovement> ListStockAdjustmentsAsync(string sku, CancellationToken cancellationToken = default) =>
        PagesAsync($"products/{Segment(sku)}/stock-adjustments?", ClientJson.Default.StockMovementPage, cancellationToken);

    /// <summary>Reads the events that consumers could not take, oldest first, page by page.</summary>
    /// <param name="consumer">Only those of this consumer, such as <c>order-index</c>; null for all.</param>
    public IAsyncEnumerable<DeadLetter> ListDeadLettersAsync(string? consumer = null, CancellationToken cancellationToken = default) =>
        PagesAsync($"dead-letters?{Filter("consumer", consumer)}", ClientJson.Default.DeadLetterPage, cancellationToken);

    /// <summary>Has the consumer try a dead letter again, which is none any more when the call returns.</summary>
    /// <exception cref="GranaryProblemException">
    /// <c>dead-letter-refused</c>, with the consumer's error as detail; <c>not-found</c> where there is no such letter.
    /// </exception>
    public Task ReplayDeadLetterAsync(string id, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"dead-letters/{Segment(id)}/replay", null, ClientJson.Default.Replayed, repeatable: false, cancellationToken);

    private static string Filter(string name, string? value) => value is null ? "" : $"{name}={Segment(value)}&";

    private static string Filter(string name, DateTimeOffset? time) =>
        Filter(name, time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
}
