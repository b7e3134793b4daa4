using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Granary.Silo.Tests.Webhooks;

/// <summary>A receiver of webhooks over real HTTP that behaves as the test says and remembers what it got.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();

    private Receiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    /// <summary>What it does with a message; by default it answers 204.</summary>
    public Func<Received, HttpContext, Task> Answer { get; set; } = Status(204);

    /// <summary>What it got, in order.</summary>
    public IReadOnlyList<Received> Messages => [.. _received];

    /// <summary>The URL it listens on.</summary>
    public string Url => _app.Urls.First() + "/hook";

    /// <summary>The port it listens on.</summary>
    public int Port => new Uri(Url).Port;

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Answers with a status.</summary>
    public static Func<Received, HttpContext, Task> Status(int status) => (_, context) =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    /// <summary>Answers with a status and asks for a wait.</summary>
    public static Func<Received, HttpContext, Task> Busy(int status, string retryAfter) => (_, context) =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    };

    /// <summary>Sends no response until the sender gives up.</summary>
    public static Func<Received, HttpContext, Task> Hang { get; } = static async (_, context) =>
        await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Waits until it has got this many messages.</summary>
    public Task GotAsync(int count) => Eventually.HoldsAsync(
        () => _received.Count >= count, $"the receiver gets {count} messages", cancellation: TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers;
        var message = new Received(
            context.Request.Path,
            headers["webhook-id"].ToString(),
            headers["webhook-timestamp"].ToString(),
            headers["webhook-signature"].ToString(),
            body.ToArray());
        _received.Enqueue(message);
        await Answer(message, context);
    }
}

/// <summary>One message as it was received.</summary>
public sealed record Received(string Path, string Id, string Timestamp, string Signature, byte[] Body)
{
    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The time of sending in its header.</summary>
    public DateTimeOffset SentAt => DateTimeOffset.FromUnixTimeSeconds(long.Parse(Timestamp, CultureInfo.InvariantCulture));

    /// <summary>Verifies the signature like a receiver, step by step from the specification.</summary>
    public bool IsSignedWith(string secret)
    {
        var content = new List<byte>(Encoding.ASCII.GetBytes(Id + "." + Timestamp + "."));
        content.AddRange(Body);
        var expected = HMACSHA256.HashData(Convert.FromBase64String(secret.Split('_', 2)[1]), content.ToArray());
        return Signature.Split(' ').Any(signature =>
            signature.Split(',') is ["v1", var mac] && CryptographicOperations.FixedTimeEquals(expected, Convert.FromBase64String(mac)));
    }
}
