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
    public static async Task<EventReader> FollowAsync(HttpClient client, string id, params (string Name, string Value)[] headers)
    {
        var response = await client.SendJson(HttpMethod.Get, $"/orders/{id}/events", null, headers);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        return new EventReader(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Id, name and status of the next event, or null at the end.</summary>
    public async Task<(string? Id, string Type, string? Status)?> Next()
    {
        if (!await _events.MoveNextAsync())
        {
            return null;
        }

        using var data = JsonDocument.Parse(_events.Current.Data);
        return (_events.Current.EventId, _events.Current.EventType, data.RootElement.Text("status"));
    }

    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync();
        _response.Dispose();
    }
}
