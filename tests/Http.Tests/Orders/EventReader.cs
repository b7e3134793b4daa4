using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Granary.Http.Tests.Orders;

/// <summary>Follows an order and reads its events one by one, as they arrive.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly IAsyncEnumerator<SseItem<string>> _events;

    private EventReader(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _events = SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);
    }

    /// <summary>Starts to follow; the answer must be a stream of events.</summary>
    public static Task<EventReader> FollowAsync(HttpClient client, string id, params (string Name, string Value)[] headers) =>
        OpenAsync(client, $"/orders/{id}/events", headers);

    /// <summary>Opens a stream of events; the answer must be one.</summary>
    public static async Task<EventReader> OpenAsync(HttpClient client, string path, params (string Name, string Value)[] headers)
    {
        var response = await client.SendJson(HttpMethod.Get, path, null, headers);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        return new EventReader(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Id, name and status of the next event, or null at the end.</summary>
    public async Task<(string? Id, string Type, string? Status)?> Next()
    {
        if (await NextItem() is not { } item)
        {
            return null;
        }

        using var data = JsonDocument.Parse(item.Data);
        return (item.EventId, item.EventType, data.RootElement.Text("status"));
    }

    /// <summary>The next event as it came, or null at the end.</summary>
    public async Task<SseItem<string>?> NextItem() => await _events.MoveNextAsync() ? _events.Current : null;

    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync();
        _response.Dispose();
    }
}
