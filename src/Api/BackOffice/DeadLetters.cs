using System.Globalization;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.BackOffice;
using Microsoft.AspNetCore.Http.HttpResults;
using NotFound = Granary.Grains.Interfaces.NotFound;

namespace Granary.Api.BackOffice;

/// <summary><c>GET /dead-letters</c> and <c>POST /dead-letters/{id}/replay</c>: what consumers of the journal could not take.</summary>
public static class DeadLetters
{
    /// <summary>The parameters of the list.</summary>
    public static RouteParameter[] Parameters { get; } =
    [
        new("consumer", "Only those of this consumer, such as order-index."),
        RouteParameter.Limit,
        RouteParameter.Cursor,
    ];

    public static async Task<Results<Ok<DeadLetterListBody>, ProblemResult>> List(
        string? consumer, string? limit, string? cursor, [AsParameters] BackOfficeDesk desk)
    {
        var validation = new Validation();
        var query = new DeadLetterQuery(
            PageRequest.Limit(limit, validation),
            validation.OptionalText("consumer", consumer, Limits.NameLength),
            PlaceOf(PageRequest.KeyOf(cursor, static key => PlaceOf(key) is not null, validation)));
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var page = await desk.DeadLetters.List(query);
        return TypedResults.Ok(new DeadLetterListBody(
            [.. page.Letters.Select(BodyOf)],
            page is { More: true, Letters: [.., var last] } ? PageRequest.CursorAfter(IdOf(last.Place)) : null));
    }

    public static async Task<Results<Ok<ReplayBody>, ProblemResult>> Replay(string id, [AsParameters] BackOfficeDesk desk)
    {
        var reply = PlaceOf(id) is { } place ? await desk.DeadLetters.Replay(place) : new ReplayReply(ReplayOutcome.Unknown);
        return reply.Outcome switch
        {
            ReplayOutcome.Taken => TypedResults.Ok(new ReplayBody(id, "taken")),
            ReplayOutcome.Refused => new ProblemResult(Problem.Of(ProblemTypes.DeadLetterRefused, reply.Error)),
            ReplayOutcome.NotReplayable => new ProblemResult(Problem.Of(
                ProblemTypes.DeadLetterRefused, "It is of a plain subscriber, which gets what comes and keeps no place. The event is in the journal under its position.")),
            _ => desk.Problems.For(new NotFound()),
        };
    }

    private static DeadLetterBody BodyOf(DeadLetterLine letter) => new(
        IdOf(letter.Place), letter.Place.Consumer, letter.Place.Position, letter.Stream, letter.Version, letter.Type, letter.Error, letter.Attempts,
        letter.At.UtcDateTime);

    /// <summary>A position alone would not do: several consumers may have failed on one event.</summary>
    private static string IdOf(DeadLetterPlace place) => string.Create(CultureInfo.InvariantCulture, $"{place.Consumer}.{place.Position}");

    private static DeadLetterPlace? PlaceOf(string? id) =>
        id is not null && id.LastIndexOf('.') is > 0 and var dot
            && long.TryParse(id.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? new DeadLetterPlace(id[..dot], position)
            : null;
}

/// <summary>An event that a consumer could not take.</summary>
/// <param name="Position">The event's position in the journal.</param>
/// <param name="Stream">The journal stream of the event.</param>
/// <param name="Version">The event's version in it.</param>
/// <param name="Error">The last error.</param>
/// <param name="Attempts">How many times it was set aside.</param>
/// <param name="At">When it was last set aside.</param>
public sealed record DeadLetterBody(
    string Id, string Consumer, long Position, string Stream, long Version, string Type, string Error, int Attempts, DateTime At);

/// <summary>A page of dead letters.</summary>
/// <param name="Data">Oldest first.</param>
/// <param name="NextCursor">The cursor of the next page; absent on the last page.</param>
public sealed record DeadLetterListBody(IReadOnlyList<DeadLetterBody> Data, string? NextCursor = null);

/// <summary>What became of a dead letter that was tried again.</summary>
public sealed record ReplayBody(string Id, [property: Choices("taken")] string Outcome);
