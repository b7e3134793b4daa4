using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Granary.Api.Http;
using Granary.Api.Traffic;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.WebUtilities;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Granary.Api.Problems;

/// <summary>
/// Gives the requests that Kestrel refuses by itself, before any middleware, a problem and a request id: a malformed request line,
/// headers that are too large, a path that cannot be decoded. Kestrel resets the headers of such an answer at its end and writes no
/// body, so it can only be replaced where its bytes leave the server: Kestrel reports the refusal as a diagnostic event, and the
/// connection's writer then sends the problem instead. Other bytes pass through as they are. Where Kestrel itself ends TLS, the
/// writer sees cipher text, and Kestrel's empty answer stays.
/// </summary>
public sealed partial class RejectedRequests(ILogger<RejectedRequests> logger) : IObserver<KeyValuePair<string, object?>>
{
    private const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>Puts the writer into the connections of an endpoint.</summary>
    public static void Watch(ListenOptions endpoint) => endpoint.Use(next => async connection =>
    {
        var transport = connection.Transport;
        var output = new Output(transport.Output);
        connection.Features.Set(output);
        connection.Transport = new Duplex(transport.Input, output);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    });

    /// <summary>Listens for refusals, until the process ends.</summary>
    public void ListenTo(DiagnosticListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        listener.Subscribe(this, static name => name == Event);
    }

    /// <summary>A request was refused; Kestrel has not written its answer yet.</summary>
    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is not { Key: Event, Value: IFeatureCollection features }
            || features.Get<IBadRequestExceptionFeature>()?.Error is not BadHttpRequestException refused
            || features.Get<IHttpResponseFeature>() is not { HasStarted: false } response
            || features.Get<ITlsHandshakeFeature>() is not null
            || features.Get<Output>() is not { } output)
        {
            return;
        }

        var request = features.Get<IHttpRequestFeature>();
        if (HttpProtocol.IsHttp2(request?.Protocol ?? ""))
        {
            // The bytes of the connection are frames of many streams.
            return;
        }

        var problem = ProblemOf(refused) with { RequestId = RequestIds.IdOf(request?.Headers[RequestIds.Header] ?? default) };
        LogRefused(problem.RequestId!, refused.StatusCode, refused.Message);
        output.SendInstead(Encode(problem, response.Headers, withBody: request?.Method != HttpMethods.Head));
    }

    public void OnError(Exception error)
    {
    }

    public void OnCompleted()
    {
    }

    private static Problem ProblemOf(BadHttpRequestException refused)
    {
        var type = ProblemTypes.ForRejected(refused.StatusCode);
        return type != ProblemTypes.Validation
            ? Problem.Of(type)
            : Problem.Of(type) with { Errors = new Dictionary<string, IReadOnlyList<string>> { ["request"] = [refused.Message] } };
    }

    private static byte[] Encode(Problem problem, IHeaderDictionary headers, bool withBody)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, ApiJson.Options.GetTypeInfo(typeof(Problem)));
        headers.ContentType = ProblemResult.MediaType;
        headers.ContentLength = body.Length;
        headers.Connection = "close";
        headers[RequestIds.Header] = problem.RequestId;
        SecurityHeaders.AddToData(headers);
        var head = new StringBuilder($"HTTP/1.1 {problem.Status} {ReasonPhrases.GetReasonPhrase(problem.Status)}\r\n");
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                head.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }

        byte[] start = Encoding.ASCII.GetBytes(head.Append("\r\n").ToString());
        return withBody ? [.. start, .. body] : start;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Request {RequestId} was refused by the server with {Status}: {Reason}")]
    private partial void LogRefused(string requestId, int status, string reason);

    /// <summary>Both directions of a connection.</summary>
    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>What leaves the server on a connection: what Kestrel writes, until another answer takes the place of its last one.</summary>
    private sealed class Output(PipeWriter connection) : PipeWriter
    {
        private ArrayBufferWriter<byte>? _dropped;
        private byte[]? _instead;

        public override bool CanGetUnflushedBytes => connection.CanGetUnflushedBytes;

        public override long UnflushedBytes => connection.UnflushedBytes;

        /// <summary>Sends this in place of everything that Kestrel writes from now on: one answer, then it closes the connection.</summary>
        public void SendInstead(byte[] answer)
        {
            _dropped = new ArrayBufferWriter<byte>();
            _instead = answer;
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) =>
            _dropped is null ? connection.GetMemory(sizeHint) : _dropped.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) =>
            _dropped is null ? connection.GetSpan(sizeHint) : _dropped.GetSpan(sizeHint);

        public override void Advance(int bytes)
        {
            if (_dropped is null)
            {
                connection.Advance(bytes);
            }
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            if (_instead is { } answer)
            {
                _instead = null;
                connection.Write(answer);
            }

            return connection.FlushAsync(cancellationToken);
        }

        public override void CancelPendingFlush() => connection.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => connection.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => connection.CompleteAsync(exception);
    }
}
