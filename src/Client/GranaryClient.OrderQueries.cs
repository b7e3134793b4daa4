using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Reads all orders that the caller may see and a filter chooses, page by page.</summary>
    public IAsyncEnumerable<Order> ListOrdersAsync(OrderFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return PagesAsync("orders?" + filter.ToQuery(), ClientJson.Default.OrderPage, cancellationToken);
    }

    /// <summary>Reads an order as it was answered at a version.</summary>
    /// <exception cref="GranaryProblemException"><c>not-found</c>: the order has not had the version.</exception>
    public Task<Order> GetOrderAsync(string id, long version, CancellationToken cancellationToken = default) =>
        GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"orders/{Segment(id)}?at_version={version}"), ClientJson.Default.Order, cancellationToken);

    /// <summary>Reads an order as it was answered at a time.</summary>
    /// <exception cref="GranaryProblemException"><c>not-found</c>: the order was not there yet.</exception>
    public Task<Order> GetOrderAsync(string id, DateTimeOffset at, CancellationToken cancellationToken = default) =>
        GetAsync($"orders/{Segment(id)}?at={Segment(OrderFilter.TextOf(at))}", ClientJson.Default.Order, cancellationToken);

    /// <summary>
    /// Reads every order that a filter chooses, the first placed first. A lost connection is resumed after the last order that was read, so
    /// each order comes once; the sequence ends only when it is complete.
    /// </summary>
    /// <param name="filter">Which orders; <see cref="OrderFilter.OldestFirst"/> makes no difference.</param>
    /// <param name="after">The id of the last order that the caller has of an earlier export; null for all.</param>
    /// <exception cref="GranaryProblemException">The API refused.</exception>
    /// <exception cref="HttpRequestException">The API cannot be reached.</exception>
    public async IAsyncEnumerable<Order> ExportOrdersAsync(
        OrderFilter? filter = null, string? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var query = ((filter ?? new OrderFilter()) with { OldestFirst = false }).ToQuery();
        for (var failures = 0; ;)
        {
            var resumed = after is null ? "" : "after=" + Segment(after);
            using var response = await _transport.OpenAsync(() => Get("orders/export?" + query + resumed), cancellationToken);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            while (true)
            {
                string? line;
                try
                {
                    line = await lines.ReadLineAsync(cancellationToken);
                }
                catch (Exception fault) when (Transport.IsLost(fault, cancellationToken) && ++failures < Transport.Attempts)
                {
                    await _transport.PauseAsync(failures, cancellationToken);
                    break;
                }

                if (line is null)
                {
                    yield break;
                }

                var order = JsonSerializer.Deserialize(line, ClientJson.Default.Order) ?? throw new HttpRequestException("The API answered with null.");
                (after, failures) = (order.Id, 0);
                yield return order;
            }
        }
    }

    private HttpRequestMessage Get(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = _token;
        return request;
    }

    /// <summary>Takes the paid order that was placed first, which from then on is being packed by the caller.</summary>
    /// <returns>The order; null when there is none.</returns>
    /// <exception cref="HttpRequestException">
    /// The outcome is unknown: an order may be the caller's. It is not asked for again, because that would take another one; it is among
    /// the orders of status <c>packing</c> whose timeline names the caller.
    /// </exception>
    public Task<Order?> ClaimNextOrderAsync(CancellationToken cancellationToken = default) =>
        _transport.SendForAnyAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Post, "orders/claim-next");
                request.Headers.Authorization = _token;
                return request;
            },
            ClientJson.Default.Order,
            repeatable: false,
            cancellationToken);
}

/// <summary>Which orders to list; a null member filters nothing.</summary>
public sealed record OrderFilter
{
    /// <summary>Such as <c>paid</c>.</summary>
    public string? Status { get; init; }

    /// <summary>The owner; only an operator may name another user.</summary>
    public string? UserId { get; init; }

    /// <summary>A product that the orders have a line of.</summary>
    public string? Sku { get; init; }

    /// <summary>The tracking number that they were shipped with.</summary>
    public string? Tracking { get; init; }

    /// <summary>The own name that a caller gave them.</summary>
    public string? ExternalReference { get; init; }

    /// <summary>Placed at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Placed before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Changed at this time or later. They are then sorted by their last change and not by when they were placed.</summary>
    public DateTimeOffset? UpdatedSince { get; init; }

    /// <summary>Whether the oldest come first, and not the newest.</summary>
    public bool OldestFirst { get; init; }

    internal static string TextOf(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>The query, each parameter followed by an ampersand.</summary>
    internal string ToQuery()
    {
        var query = new StringBuilder();
        Add("status", Status);
        Add("user_id", UserId);
        Add("sku", Sku);
        Add("tracking", Tracking);
        Add("external_reference", ExternalReference);
        Add("from", From is { } from ? TextOf(from) : null);
        Add("to", To is { } to ? TextOf(to) : null);
        Add("updated_since", UpdatedSince is { } since ? TextOf(since) : null);
        Add("sort", OldestFirst ? "oldest" : null);
        return query.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                query.Append(name).Append('=').Append(Uri.EscapeDataString(value)).Append('&');
            }
        }
    }
}
