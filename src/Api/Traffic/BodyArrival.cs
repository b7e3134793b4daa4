using System.IO.Pipelines;
using Granary.Api.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Granary.Api.Traffic;

/// <summary>
/// Waits until the body of a request has arrived, before the request takes a turn: a sender that takes its time must not keep a turn that
/// work waits for. The endpoint then finds the body in the reader and does not wait. A body is small, because each endpoint limits it
/// (<see cref="BodyLimit"/>); it must arrive at Kestrel's minimum rate and within the time limit of a request.
/// </summary>
public sealed class BodyArrival(RequestDelegate next, TrafficOptions options, HeldBodies held, TimeProvider clock)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
        {
            return next(context);
        }

        var metadata = context.GetEndpoint()?.Metadata;
        var limit = (metadata?.GetMetadata<BodyLimit>() ?? BodyLimit.Default).Bytes;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        // What no endpoint reads is not waited for; the server drops it after the answer.
        return metadata?.GetMetadata<IAcceptsMetadata>() is null ? next(context)
            : context.Request.ContentLength > limit ? RefuseAsync(context, Problem.Of(ProblemTypes.PayloadTooLarge))
            : ArriveAsync(context);
    }

    private async Task ArriveAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        var reading = body.ReadAsync(CancellationToken.None);
        Slow? slow = null;
        Arrived arrived;
        try
        {
            // A small body mostly arrives in one packet with its head; only the others are watched.
            slow = reading.IsCompleted ? null : new Slow(held, context, clock, options.RequestTimeout);
            arrived = await CollectAsync(context, body, await reading, () => slow ??= new Slow(held, context, clock, options.RequestTimeout));
            if (slow?.Arrival.End() == false)
            {
                // Given up at the moment of its end: its reader is cancelled.
                arrived = arrived with { Refusal = Problem.Of(ProblemTypes.RequestTimeout) };
            }
        }
        finally
        {
            slow?.Dispose();
        }

        try
        {
            await (arrived.Refusal is { } refusal ? RefuseAsync(context, refusal) : next(context));
            if (arrived.Refusal is not null && held.HasEnded)
            {
                // The server waits for the rest of the body, and while it stops it does not look at the time.
                await context.Response.CompleteAsync();
                context.Abort();
            }
        }
        finally
        {
            held.Release(arrived.Bytes);
        }
    }

    /// <summary>
    /// Has the rest of the body arrive. One that is whole stays in the server's own buffer. Others are copied as they arrive, because the
    /// server cannot end a request properly whose reader has seen bytes and left them.
    /// </summary>
    private async ValueTask<Arrived> CollectAsync(HttpContext context, PipeReader body, ReadResult result, Action watch)
    {
        var bytes = 0L;
        MemoryStream? copy = null;
        try
        {
            while (true)
            {
                var buffer = result.Buffer;
                var isWhole = result.IsCompleted || bytes + buffer.Length == context.Request.ContentLength;
                var refusal = result.IsCanceled ? Problem.Of(ProblemTypes.RequestTimeout)
                    : held.TryHold(buffer.Length) ? null
                    : Problem.Of(ProblemTypes.Overloaded) with { RetryAfter = 1 };
                if (refusal is not null)
                {
                    body.AdvanceTo(buffer.End);
                    return new Arrived(bytes, refusal);
                }

                bytes += buffer.Length;
                if (isWhole && copy is null)
                {
                    body.AdvanceTo(buffer.Start);
                    return new Arrived(bytes, null);
                }

                copy ??= new MemoryStream();
                foreach (var part in buffer)
                {
                    copy.Write(part.Span);
                }

                body.AdvanceTo(buffer.End);
                if (isWhole)
                {
                    copy.Position = 0;
                    context.Request.Body = copy;
                    return new Arrived(bytes, null);
                }

                watch();
                result = await body.ReadAsync(CancellationToken.None);
            }
        }
        catch
        {
            held.Release(bytes);
            throw;
        }
    }

    /// <summary>Refuses a request whose body is not wanted any more: the server would read the rest of it before the next request.</summary>
    private static Task RefuseAsync(HttpContext context, Problem problem)
    {
        context.Response.Headers.Connection = "close";
        return new ProblemResult(problem).ExecuteAsync(context);
    }

    /// <summary>What has become of a body.</summary>
    /// <param name="Bytes">The bytes that are held for it.</param>
    /// <param name="Refusal">Why the request is refused; null if the body is there.</param>
    private readonly record struct Arrived(long Bytes, Problem? Refusal);

    /// <summary>A body that its endpoint has to wait for: it is counted, and ends with its time.</summary>
    private sealed class Slow : IDisposable
    {
        private readonly CancellationTokenSource _time;

        public Slow(HeldBodies held, HttpContext context, TimeProvider clock, TimeSpan longest)
        {
            Arrival = held.Begin(context.Connection.RemoteIpAddress, context.Request.BodyReader);
            _time = new CancellationTokenSource(longest, clock);
            _time.Token.UnsafeRegister(static arrival => ((HeldBodies.Arrival)arrival!).GiveUp(), Arrival);
        }

        public HeldBodies.Arrival Arrival { get; }

        public void Dispose()
        {
            Arrival.End();
            _time.Dispose();
        }
    }
}
