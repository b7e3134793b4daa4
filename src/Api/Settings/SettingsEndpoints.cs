using System.Globalization;
using Granary.Api.Auth;
using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Grains.Interfaces.Settings;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.Settings;

/// <summary>The endpoints by which administrators change settings while the product runs. They are described in <c>docs/settings.md</c>.</summary>
public static class SettingsEndpoints
{
    /// <summary>Maps them under <c>/settings</c>.</summary>
    public static void MapSettings(this IEndpointRouteBuilder routes)
    {
        var settings = routes.MapGroup("/settings").WithTags("Settings").RequireAuthorization(Policies.Admin);
        settings.MapGet("/", Read).WithName("ReadSettings").WithSummary("Read the settings that can change while the product runs")
            .IsConditionalRead();
        settings.MapPut("/", Change).WithName("ChangeSettings").WithSummary("Change settings: every process obeys within two seconds")
            .IsConditionalChange()
            .WithExample("""{ "values": { "Granary:Stock:LowThreshold": "10" } }""")
            .Answers(ProblemTypes.NotReloadable);
        settings.MapGet("/history", History).WithName("ListSettingsHistory").WithSummary("List the changes of the settings, newest first")
            .TakesOnly(RouteParameter.Limit, RouteParameter.Cursor)
            .Answers(ProblemTypes.Validation);
        settings.MapPost("/rollback", RollBack).WithName("RollBackSettings").WithSummary("Set the values of an earlier version again, as a new version")
            .IsConditionalChange()
            .WithExample("""{ "version": 0 }""")
            .Answers(ProblemTypes.NotReloadable);
    }

    private static async Task<Results<Ok<SettingsBody>, StatusCodeHttpResult, ProblemResult>> Read(HttpContext http, [AsParameters] SettingsDesk desk)
    {
        await desk.Follower.RefreshAsync();
        var now = desk.Settings.Now;
        return Preconditions.Answer(http, now.Version, desk.Problems, () => SettingsBody.From(now));
    }

    private static async Task<Results<Ok<SettingsBody>, ProblemResult>> Change(
        ChangeSettingsRequest request, Caller caller, HttpContext http, [AsParameters] SettingsDesk desk)
    {
        var validation = new Validation();
        var condition = Preconditions.Of(http.Request, validation);
        validation.Require(
            request.Values is { Count: > 0 } || request is { Values: not null, Variants: not null }, "values",
            request.Values is null ? "is required" : "must name at least one setting where there are no variants");
        var values = SettingValue.TextsOf(request.Values, "values.", validation);
        var variants = VariantRequest.Of(request.Variants, validation);
        return validation.Failed ? validation.ToProblem()
            : await AnswerAsync(await desk.Grain.Change(new ChangeSettings(values, caller.UserId, condition) { Variants = variants }), http, desk);
    }

    private static async Task<Results<Ok<SettingsBody>, ProblemResult>> RollBack(
        RollBackSettingsRequest request, Caller caller, HttpContext http, [AsParameters] SettingsDesk desk)
    {
        var validation = new Validation();
        var condition = Preconditions.Of(http.Request, validation);
        var version = validation.Number("version", request.Version, 0, long.MaxValue);
        return validation.Failed ? validation.ToProblem()
            : await AnswerAsync(await desk.Grain.RollBack(new RollBackSettings(version, caller.UserId, condition)), http, desk);
    }

    private static async Task<Results<Ok<SettingsHistoryBody>, ProblemResult>> History(string? limit, string? cursor, [AsParameters] SettingsDesk desk)
    {
        var validation = new Validation();
        var count = PageRequest.Limit(limit, validation);
        var before = PageRequest.KeyOf(cursor, IsVersion, validation);
        if (validation.Failed)
        {
            return validation.ToProblem();
        }

        var found = await desk.Grain.History(before is null ? null : long.Parse(before, CultureInfo.InvariantCulture), count);
        return TypedResults.Ok(new SettingsHistoryBody(
            [.. found.Select(SettingsVersionBody.From)],
            found is [.., { Version: > 1 } last] ? PageRequest.CursorAfter(last.Version.ToString(CultureInfo.InvariantCulture)) : null));
    }

    /// <summary>This process obeys a change before the caller has the answer; the others follow.</summary>
    private static async Task<Results<Ok<SettingsBody>, ProblemResult>> AnswerAsync(SettingsReply reply, HttpContext http, SettingsDesk desk)
    {
        if (reply.Refusal is { } refusal)
        {
            return desk.Problems.For(refusal);
        }

        await desk.Follower.RefreshAsync();

        // Another change may have followed: the answer is of this one.
        var made = desk.Settings.With(reply.Set!);
        http.Response.Headers.ETag = EntityTag.Of(made.Version);
        return TypedResults.Ok(SettingsBody.From(made));
    }

    private static bool IsVersion(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0;
}

/// <summary>What the endpoints of the settings work with.</summary>
public readonly record struct SettingsDesk(IGrainFactory Grains, LiveSettings Settings, SettingsFollower Follower, RefusalProblems Problems)
{
    /// <summary>The grain of the settings.</summary>
    public ISettingsGrain Grain => Grains.GetGrain<ISettingsGrain>(ISettingsGrain.Key);
}
