using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Granary.Programs.Tests.Cluster;

/// <summary>Another system, which accepts every message of a webhook and remembers the order of the first deliveries.</summary>
internal sealed class Recipient : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, List<long>> _heard = new();
    private int _messages;

    private Recipient(string address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://{address}:0");
        _app = builder.Build();
        _app.Run(HearAsync);
    }

    public string Url => _app.Urls.First() + "/hook";

    /// <summary>How many messages came, including repeated ones.</summary>
    public int Messages => _messages;

    public static async Task<Recipient> ListenAsync(string address)
    {
        var recipient = new Recipient(address);
        await recipient._app.StartAsync();
        return recipient;
    }

    /// <summary>The versions of an order in the order of their first delivery.</summary>
    public IReadOnlyList<long> HeardOf(string order)
    {
        if (!_heard.TryGetValue(order, out var versions))
        {
            return [];
        }

        lock (versions)
        {
            return [.. versions];
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HearAsync(HttpContext context)
    {
        var data = (await JsonNode.ParseAsync(context.Request.Body))!["data"]!;
        var versions = _heard.GetOrAdd((string)data["order_id"]!, _ => []);
        Interlocked.Increment(ref _messages);
        lock (versions)
        {
            var version = (long)data["version"]!;
            if (!versions.Contains(version))
            {
                versions.Add(version);
            }
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
