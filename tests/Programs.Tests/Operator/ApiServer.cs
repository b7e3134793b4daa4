using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Granary.Programs.Tests.Operator;

/// <summary>A call that the API server received, in the terms of RBAC.</summary>
internal sealed record ApiCall(string Verb, string Group, string Resource, string Name);

/// <summary>
/// The part of the Kubernetes API that the operator uses, over HTTP: list, watch, server-side apply, the status subresource, leases. It can
/// be as unfriendly as the real one: watches that are too old, events that come twice or late, conflicts.
/// </summary>
internal sealed class ApiServer : IAsyncDisposable
{
    public const string Space = "shop";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ApiCall> _calls = new();
    private CancellationTokenSource _away = new();
    private int _conflicts;
    private int _refused;

    private ApiServer(WebApplication app) => _app = app;

    public ObjectStore Store { get; } = new();

    public string Address => _app.Urls.First();

    public IReadOnlyCollection<ApiCall> Calls => _calls;

    /// <summary>Requests whose connection broke because it was away.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Every event of a watch comes twice.</summary>
    public bool TellsTwice { get; set; }

    /// <summary>How long events of a watch are on their way.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>How long the answer to a list is on its way: watches tell meanwhile what is later than the list.</summary>
    public TimeSpan ListDelay { get; set; }

    /// <summary>Whether a watch that is too old is answered 410, and not with an event that says so.</summary>
    public bool RefusesOldWatches { get; set; }

    /// <summary>Every watch ends with a bookmark as soon as it has told what there was.</summary>
    public bool EndsWatches { get; set; }

    /// <summary>Whether every connection to it breaks, those of watches included.</summary>
    public bool IsAway
    {
        get => _away.IsCancellationRequested;
        set
        {
            if (value)
            {
                _away.Cancel();
            }
            else
            {
                _away = new();
            }
        }
    }

    public static async Task<ApiServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ApiServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>The next applies of deployments are answered 409.</summary>
    public void RefuseApplies(int count) => _conflicts = count;

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static async Task WriteAsync(HttpContext context, JsonNode body, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    private static JsonObject Failure(int code, string reason, string message) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Status",
        ["status"] = "Failure",
        ["code"] = code,
        ["reason"] = reason,
        ["message"] = message,
    };

    private static async Task<JsonObject> BodyAsync(HttpContext context) => (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();

    private static bool IsSelected(JsonObject value, string? selector) =>
        selector is not { Length: > 0 } || selector.Split(',').Select(term => term.Split('=')).All(term => (string?)value["metadata"]?["labels"]?[term[0]] == term[1]);

    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            await using var breaking = _away.Token.Register(() =>
            {
                Interlocked.Increment(ref _refused);
                context.Abort();
            });
            context.RequestAborted.ThrowIfCancellationRequested();

            // /api/v1/namespaces/N/… or /apis/GROUP/VERSION/namespaces/N/…
            var path = context.Request.Path.Value!.Trim('/').Split('/');
            var (group, rest) = path[0] == "api" ? ("", path[2..]) : (path[1], path[3..]);
            if (rest is not ["namespaces", Space, var plural, ..])
            {
                throw new RefusedException(403, "Forbidden", $"{context.Request.Path} is not in the namespace {Space}.");
            }

            await AnswerAsync(context, group, plural, rest.ElementAtOrDefault(3), rest.ElementAtOrDefault(4));
        }
        catch (RefusedException refusal)
        {
            await WriteAsync(context, Failure(refusal.Code, refusal.Reason, refusal.Message), refusal.Code);
        }
        catch (OperationCanceledException)
        {
            // The caller is gone.
        }
    }

    private async Task AnswerAsync(HttpContext context, string group, string plural, string? name, string? subresource)
    {
        void Called(string verb) => _calls.Enqueue(new(verb, group, subresource is null ? plural : $"{plural}/{subresource}", name ?? ""));
        var query = context.Request.Query;
        switch (context.Request.Method)
        {
            case "GET" when name is null && query["watch"] == "true":
                Called("watch");
                await WatchAsync(context, plural, long.Parse(query["resourceVersion"]!, CultureInfo.InvariantCulture));
                break;
            case "GET" when name is null:
                Called("list");
                var (items, version) = Store.List(plural);
                await Task.Delay(ListDelay, context.RequestAborted);
                foreach (var item in items)
                {
                    // As the API server lists them.
                    item.Remove("apiVersion");
                    item.Remove("kind");
                }

                await WriteAsync(context, new JsonObject
                {
                    ["apiVersion"] = group.Length == 0 ? "v1" : $"{group}/v1",
                    ["kind"] = "List",
                    ["metadata"] = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) },
                    ["items"] = new JsonArray([.. items.Where(item => IsSelected(item, query["labelSelector"]))]),
                });
                break;
            case "GET":
                Called("get");
                await WriteAsync(context, Store.Find(plural, name) ?? throw new RefusedException(404, "NotFound", $"{plural} {name} is not there."));
                break;
            case "POST":
                Called("create");
                await WriteAsync(context, Store.Create(plural, await BodyAsync(context)), 201);
                break;
            case "PUT":
                Called("update");
                await WriteAsync(context, Store.Update(plural, await BodyAsync(context)));
                break;
            case "PATCH" when context.Request.ContentType?.StartsWith("application/apply-patch+yaml", StringComparison.Ordinal) is true:
                if (Store.Find(plural, name!) is null)
                {
                    Called("create");
                }

                Called("patch");
                if (plural == "deployments" && Interlocked.Decrement(ref _conflicts) >= 0)
                {
                    throw new RefusedException(409, "Conflict", "The object has been modified.");
                }

                await WriteAsync(context, Store.Apply(plural, name!, subresource, query["fieldManager"]!, await BodyAsync(context)));
                break;
            default:
                throw new RefusedException(405, "MethodNotAllowed", $"{context.Request.Method} {context.Request.ContentType}");
        }
    }

    private async Task WatchAsync(HttpContext context, string plural, long version)
    {
        var selector = context.Request.Query["labelSelector"];
        if (version < Store.Forgotten && RefusesOldWatches)
        {
            throw new RefusedException(410, "Expired", "too old resource version");
        }

        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(context.RequestAborted);
        while (true)
        {
            var next = Store.NextChange;
            if (version < Store.Forgotten)
            {
                await TellAsync(context, "ERROR", Failure(410, "Expired", "too old resource version"));
                return;
            }

            foreach (var change in Store.EventsAfter(version, plural))
            {
                version = change.Version;
                if (IsSelected(change.Object, selector))
                {
                    await Task.Delay(Delay, context.RequestAborted);
                    await TellAsync(context, change.Type, change.Object);
                    if (TellsTwice)
                    {
                        await TellAsync(context, change.Type, change.Object);
                    }
                }
            }

            if (EndsWatches)
            {
                await TellAsync(context, "BOOKMARK", new() { ["metadata"] = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) } });
                return;
            }

            await next.WaitAsync(context.RequestAborted);
        }
    }

    private static async Task TellAsync(HttpContext context, string type, JsonObject value)
    {
        await context.Response.WriteAsync(new JsonObject { ["type"] = type, ["object"] = value.DeepClone() }.ToJsonString() + "\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
