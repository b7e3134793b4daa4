using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Granary.Console.Tests;

/// <summary>A receiver of webhooks. Each path below it answers as it is told, at first 204.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, HttpStatusCode[]> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _received = [];
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    /// <summary>The names of the paths that got a message, one for each message.</summary>
    public IReadOnlyCollection<string> Received => _received;

    internal static async Task<Receiver> Start()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var receiver = new Receiver(builder.Build());
        receiver._app.MapPost("/{name}", (string name) =>
        {
            receiver._received.Add(name);
            var answers = receiver._answers.GetValueOrDefault(name, [HttpStatusCode.NoContent]);
            return Results.StatusCode((int)answers[receiver._received.Count(one => one == name) % answers.Length]);
        });
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>The address of a path.</summary>
    public string AddressOf(string name) => $"{_app.Urls.First()}/{name}";

    /// <summary>What the path answers from now on, in turns.</summary>
    public void Answer(string name, params HttpStatusCode[] statuses) => _answers[name] = statuses;

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
