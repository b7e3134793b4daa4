using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Programs.Tests.Cluster;

namespace Granary.Programs.Tests.Releases;

/// <summary>The files of release 0.1.0: see <c>tests/Releases/0.1.0/README.md</c>.</summary>
internal static class Release
{
    /// <summary>The password of the first administrator.</summary>
    public const string AdminPassword = "correct horse battery staple";

    /// <summary>The password of the other users.</summary>
    public const string Password = "a password of 0.1.0";

    /// <summary>The password of <c>Bob.K</c>, who changed it.</summary>
    public const string ChangedPassword = "another password of 0.1.0";

    /// <summary>The address of the receivers of its webhooks.</summary>
    public const string Receiver = "http://127.0.0.1:18999";

    public static Task<string> ReadAsync(string file) => File.ReadAllTextAsync(PathOf(file), TestContext.Current.CancellationToken);

    public static async Task<IReadOnlyList<string>> LinesAsync(string file) =>
        await File.ReadAllLinesAsync(PathOf(file), TestContext.Current.CancellationToken);

    public static string PathOf(string file) => Path.Combine(ClusterProgram.FileOf("Releases"), "0.1.0", file);
}

/// <summary>The answers that an administrator got from the release on one of its stores.</summary>
/// <param name="At">When they were recorded.</param>
/// <param name="Token">A token that the release issued to <c>ada</c>.</param>
/// <param name="Orders">The ids of its orders, newest first.</param>
/// <param name="Answers">The answers by path.</param>
internal sealed record RecordedAnswers(DateTimeOffset At, string Token, IReadOnlyList<string> Orders, IReadOnlyDictionary<string, JsonNode> Answers)
{
    /// <param name="store">The folder of the store.</param>
    /// <param name="receiver">The address that replaces the one of its receivers.</param>
    public static async Task<RecordedAnswers> ReadAsync(string store, string receiver)
    {
        var text = await Release.ReadAsync($"{store}/recorded.json");
        var recorded = JsonNode.Parse(text.Replace(Release.Receiver, receiver, StringComparison.Ordinal))!;
        return new RecordedAnswers(
            DateTimeOffset.Parse((string)recorded["recorded_at"]!, CultureInfo.InvariantCulture),
            (string)recorded["token_of_ada"]!,
            [.. recorded["orders_newest_first"]!.AsArray().Select(id => (string)id!)],
            recorded["answers"]!.AsObject().ToDictionary(answer => answer.Key, answer => answer.Value!));
    }

    /// <summary>The order with a note.</summary>
    public JsonNode Order(string note) => Answers.Values.Single(answer => answer["timeline"] is not null && (string?)answer["note"] == note);

    /// <summary>The first order in a status.</summary>
    public JsonNode OrderThatIs(string status) =>
        Answers.Values.First(answer => answer["timeline"] is not null && (string?)answer["status"] == status);

    /// <summary>
    /// The first place where an answer of today lacks or contradicts the recorded one, or null. Objects may have additional members;
    /// lists must have the same elements.
    /// </summary>
    public static string? Contradiction(JsonNode? recorded, JsonNode? today, string at = "$") => (recorded, today) switch
    {
        (JsonObject before, JsonObject now) => before
            .Select(member => now.ContainsKey(member.Key)
                ? Contradiction(member.Value, now[member.Key], $"{at}.{member.Key}")
                : $"{at}.{member.Key} is gone")
            .FirstOrDefault(found => found is not null),
        (JsonArray before, JsonArray now) when before.Count == now.Count => before
            .Select((element, i) => Contradiction(element, now[i], $"{at}[{i}]"))
            .FirstOrDefault(found => found is not null),
        _ => JsonNode.DeepEquals(recorded, today) ? null : $"{at} was {recorded?.ToJsonString() ?? "null"} and is {today?.ToJsonString() ?? "null"}",
    };
}
