using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Client;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace Granary.FeedToNats;

/// <summary>
/// The JetStream stream. A message is added only directly behind the last one that this program knows
/// (<c>Nats-Expected-Last-Sequence</c>), so a repetition after an unknown outcome, a late message of a killed instance and a second
/// instance are all refused by the server. The message id helps within the server's window of duplicates, which is finite; the sequence
/// holds for ever.
/// </summary>
internal sealed class TargetStream(NatsConnection nats, Settings settings)
{
    private const string Position = "Granary-Position";
    private const int NotFound = 404;

    private readonly NatsJSContext _jetStream = new(nats);
    private ulong _last;

    /// <summary>Opens the stream, or creates it.</summary>
    /// <returns>The position of the event in its last message; null to begin with the first event.</returns>
    public async Task<string?> OpenAsync(CancellationToken cancellationToken)
    {
        var stream = await GetOrCreateAsync(cancellationToken);
        _last = (ulong)stream.Info.State.LastSeq;
        if (_last == 0)
        {
            return settings.After;
        }

        try
        {
            // Asked of the stream's leader: a copy may be behind.
            var stored = await stream.GetAsync(new StreamMsgGetRequest { Seq = _last }, cancellationToken);
            return PositionIn(stored.Message.Hdrs) ?? Unknown("carries no position");
        }
        catch (NatsJSApiException fault) when (fault.Error.Code == NotFound)
        {
            return Unknown("is no longer there");
        }
    }

    /// <summary>Adds an event behind the last one.</summary>
    /// <exception cref="NatsException">It was not stored behind the last one, or it is unknown whether it was.</exception>
    public async Task AddAsync(FeedEvent read, CancellationToken cancellationToken)
    {
        var acknowledged = await _jetStream.PublishAsync(
            SubjectOf(read),
            JsonSerializer.SerializeToUtf8Bytes(read, SampleJson.Default.FeedEvent),
            opts: new NatsJSPubOpts
            {
                MsgId = string.Create(CultureInfo.InvariantCulture, $"{read.Stream}:{read.Version}"),
                ExpectedLastSequence = _last,

                // The server that takes it may be another one than before; the caller asks the stream first.
                RetryAttempts = 1,
            },
            headers: new NatsHeaders { [Position] = read.Position },
            cancellationToken: cancellationToken);
        acknowledged.EnsureSuccess();
        _last = acknowledged.Seq;
    }

    private async Task<INatsJSStream> GetOrCreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _jetStream.GetStreamAsync(settings.Stream, cancellationToken: cancellationToken);
        }
        catch (NatsJSApiException fault) when (fault.Error.Code == NotFound)
        {
            return await _jetStream.CreateStreamAsync(
                new StreamConfig(settings.Stream, [settings.Prefix + ".>"]) { Storage = StreamConfigStorage.File, DenyDelete = true }, cancellationToken);
        }
    }

    /// <summary>Such as <c>granary.order.paid</c>. Whatever else a name holds must not change the levels of the subject.</summary>
    private string SubjectOf(FeedEvent read) =>
        $"{settings.Prefix}.{string.Concat(read.Type.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' ? letter : '_'))}";

    private string Unknown(string what) => settings.After ?? throw new CannotContinueException(
        $"The last message of stream {settings.Stream} {what}, so it is unknown what to add next. "
        + "Look up the last position that was copied, and set FEED_AFTER to it.");

    /// <summary>The header of a stored message, which the server gives as base64 of <c>NATS/1.0</c> and a line for each header.</summary>
    private static string? PositionIn(string? headers) => headers is null
        ? null
        : Encoding.UTF8.GetString(Convert.FromBase64String(headers)).Split("\r\n")
            .Where(line => line.StartsWith(Position + ":", StringComparison.OrdinalIgnoreCase))
            .Select(line => line[(Position.Length + 1)..].Trim())
            .FirstOrDefault();
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FeedEvent))]
internal sealed partial class SampleJson : JsonSerializerContext;
