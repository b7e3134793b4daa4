using System.Net;
using System.Text.Json;
using Granary.Client;
using Granary.Domain.Events;
using Granary.Domain.Settings;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Settings;
using Granary.Journal;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Settings;

/// <summary>What administrators are answered who read and change settings.</summary>
[Collection(typeof(SettingsCollection))]
public sealed class SettingsTests(SettingsApp settings) : IAsyncLifetime
{
    private const string Timeout = "Granary:Orders:PaymentTimeout";
    private const string Threshold = "Granary:Stock:LowThreshold";
    private const string Flag = "Granary:Features:Orders";

    private readonly HttpClient _admin = settings.Admin();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_setting_that_can_change_is_shown_with_its_default_and_where_it_comes_from()
    {
        await settings.Put((Threshold, 12));
        var body = await Get();

        Assert.Equal(
            SettingKeys.All.Where(key => key.IsLive).Select(key => (key.Name, key.Default, key.Meaning, key.Takes, key.IsOfRequest, string.Join(' ', key.Choices))),
            body.At("values").EnumerateObject().Select(setting => (
                setting.Name, setting.Value.Text("default")!, setting.Value.Text("meaning")!, setting.Value.Text("takes")!,
                setting.Value.At("in_variants").GetBoolean(),
                setting.Value.TryGetProperty("choices", out var choices) ? string.Join(' ', choices.Texts()) : "")));
        Assert.Equal(("12", "table"), Shown(body, Threshold));
        Assert.Equal(("64", "configuration"), Shown(body, "Granary:LoadShedding:MaxConcurrent"));
        Assert.Equal(("00:15:00", "default"), Shown(body, Timeout));
    }

    [Fact]
    public async Task A_change_is_a_new_version_and_its_answer_shows_it()
    {
        var before = (await Get()).Number("version");

        using var changed = await Put(new Dictionary<string, object?> { [Timeout] = "00:20:00", [Threshold] = 5 });
        var body = await changed.Expect(HttpStatusCode.OK);

        Assert.Equal(before + 1, body.Number("version"));
        Assert.Equal($"\"{before + 1}\"", changed.Headers.ETag?.Tag);
        Assert.Equal((("00:20:00", "table"), ("5", "table")), (Shown(body, Timeout), Shown(body, Threshold)));
        using var same = await Put(new Dictionary<string, object?> { [Threshold] = "5" });
        Assert.Equal(before + 1, (await same.Expect(HttpStatusCode.OK)).Number("version"));
        using var removed = await Put(new Dictionary<string, object?> { [Threshold] = null });
        Assert.Equal(("10", "default"), Shown(await removed.Expect(HttpStatusCode.OK), Threshold));
    }

    [Theory]
    [InlineData(Timeout, "\"15\"", "is '15'; it takes a time from 00:00:00.001 to 30.00:00:00, written hh:mm:ss, hh:mm:ss.fff or d.hh:mm:ss.")]
    [InlineData(Threshold, "-1", "is '-1'; it takes a whole number from 0 to 1000000000000.")]
    [InlineData(Threshold, "true", "is 'true'; it takes a whole number from 0 to 1000000000000.")]
    [InlineData(Threshold, "\"\"", "is ''; it takes a whole number from 0 to 1000000000000.")]
    [InlineData(Threshold, "[1]", "must be a text, a number, a boolean or null")]
    [InlineData(Flag, "\"true\\u0000\"", "must not contain control characters or unpaired surrogates")]
    [InlineData(Flag, "\"\\ud800\"", "must not contain control characters or unpaired surrogates")]
    [InlineData("Granary:Stock:LowTreshold", "1", "is no setting. Did you mean Granary:Stock:LowThreshold?")]
    [InlineData("granary:stock:lowthreshold", "1", "is no setting. Did you mean Granary:Stock:LowThreshold?")]
    [InlineData("Granary:Unheard:Of", "null", "is no setting.")]
    [InlineData("Granary__Stock__LowThreshold", "1", "is no setting. Did you mean Granary:Stock:LowThreshold?")]
    [InlineData("LowThreshold", "1", "is no setting. Did you mean Granary:Stock:LowThreshold?")]
    [InlineData("", "1", "is no setting.")]
    [InlineData(" ", "1", "is no setting.")]
    [InlineData("Granary:Cache:NegativeDuration", "\"00:10:00\"", "must not be above Granary:Cache:Duration.")]
    public async Task A_value_that_is_not_taken_is_named_and_nothing_changes(string key, string value, string problem)
    {
        var before = await Get();

        using var refused = await _admin.SendJson(
            HttpMethod.Put, "/settings", $$"""{ "values": { "Granary:Orders:MaxOpenOrdersPerUser": 7, "{{key}}": {{value}} } }""");

        var answer = await refused.ExpectProblem(400, "validation");
        Assert.Equal([problem], answer.At("errors").At("values." + key).Texts());
        Assert.Equal(before.GetRawText(), (await Get()).GetRawText());
    }

    [Fact]
    public async Task A_value_of_any_length_is_not_kept_although_its_number_is_taken()
    {
        using var refused = await Put(new Dictionary<string, object?> { [Threshold] = new string('0', 1_000) + "5" });

        var answer = await refused.ExpectProblem(400, "validation");
        Assert.Equal(["must have at most 1000 characters"], answer.At("errors").At("values." + Threshold).Texts());
    }

    [Theory]
    [InlineData("""{ "values": {} }""", "values")]
    [InlineData("{}", "values")]
    [InlineData("""{ "variants": [] }""", "values")]
    public async Task A_change_of_nothing_is_refused(string body, string field)
    {
        using var refused = await _admin.SendJson(HttpMethod.Put, "/settings", body);

        Assert.True((await refused.ExpectProblem(400, "validation")).At("errors").TryGetProperty(field, out _));
    }

    [Theory]
    [InlineData("Granary:Storage", "PostgreSql")]
    [InlineData("Granary:Streams:Partitions", "4")]
    [InlineData("Granary:Auth:TokenLifetime", null)]
    public async Task A_setting_of_the_start_is_refused_by_name_and_nothing_changes(string key, string? value)
    {
        var before = await Get();

        using var refused = await Put(new Dictionary<string, object?> { [Threshold] = 3, [key] = value });

        Assert.Equal(key, (await refused.ExpectProblem(409, "not-reloadable")).Text("key"));
        Assert.Equal(before.GetRawText(), (await Get()).GetRawText());
    }

    [Fact]
    public async Task A_change_of_a_version_that_is_not_current_any_more_is_refused()
    {
        using var read = await _admin.SendJson(HttpMethod.Get, "/settings");
        var tag = read.Headers.ETag!.Tag;
        using var first = await Put(new Dictionary<string, object?> { [Threshold] = 21 }, ("If-Match", tag));
        await first.Expect(HttpStatusCode.OK);

        using var second = await Put(new Dictionary<string, object?> { [Threshold] = 22 }, ("If-Match", tag));
        using var rollback = await _admin.PostJson("/settings/rollback", new { version = 0 }, ("If-Match", tag));

        await second.ExpectProblem(412, "precondition-failed");
        await rollback.ExpectProblem(412, "precondition-failed");
        Assert.Equal("21", Shown(await Get(), Threshold).Value);
        using var unchanged = await _admin.SendJson(HttpMethod.Get, "/settings", null, ("If-None-Match", first.Headers.ETag!.Tag));
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        using var other = await _admin.SendJson(HttpMethod.Get, "/settings", null, ("If-Match", tag));
        await other.ExpectProblem(412, "precondition-failed");
    }

    [Fact]
    public async Task Every_change_at_once_is_answered_with_the_version_that_it_made()
    {
        var before = (await Get()).Number("version");

        var answers = await Task.WhenAll(Enumerable.Range(100, 10).Select(async value =>
        {
            using var changed = await Put(new Dictionary<string, object?> { [Threshold] = value });
            var body = await changed.Expect(HttpStatusCode.OK);
            return (Version: body.Number("version"), Tag: changed.Headers.ETag!.Tag, Told: Shown(body, Threshold).Value, Sent: $"{value}");
        }));

        Assert.All(answers, answer => Assert.Equal(($"\"{answer.Version}\"", answer.Sent), (answer.Tag, answer.Told)));
        Assert.Equal(Enumerable.Range(1, 10).Select(number => before + number), answers.Select(answer => answer.Version).Order());
    }

    [Fact]
    public async Task A_rollback_sets_the_old_values_again_and_the_history_tells_everything()
    {
        var client = new GranaryClient(_admin);
        var first = await client.ChangeSettingsAsync(new Dictionary<string, string?> { [Threshold] = "31" }, cancellationToken: Cancellation);
        var second = await client.ChangeSettingsAsync(new Dictionary<string, string?> { [Threshold] = "32", [Timeout] = "00:31:00" }, first.Version, cancellationToken: Cancellation);

        var back = await client.RollBackSettingsAsync(first.Version, second.Version, Cancellation);

        Assert.Equal((second.Version + 1, "31", "default"), (back.Version, back.Values[Threshold].Value, back.Values[Timeout].Source));
        Assert.Equal(back.Version, (await client.GetSettingsAsync(Cancellation)).Version);
        var history = await client.ListSettingsHistoryAsync(Cancellation).Take(3).ToListAsync(Cancellation);
        Assert.Equal([back.Version, second.Version, first.Version], history.Select(version => version.Version));
        Assert.All(history, version => Assert.Equal(UserId.From("admin"), version.By));
        Assert.Equal([first.Version, null, null], history.Select(version => version.RolledBackTo));
        Assert.Equal(new SettingChange("32", "31"), history[0].Changes[Threshold]);
        Assert.Equal(new SettingChange("00:31:00", null), history[0].Changes[Timeout]);
        Assert.Equal(new SettingChange(null, "00:31:00"), history[1].Changes[Timeout]);
    }

    [Fact]
    public async Task The_history_comes_in_pages_and_ends_with_the_first_change()
    {
        await settings.Put((Threshold, 41));
        await settings.Put((Threshold, 42));
        List<long> versions = [];
        string? cursor = null;
        do
        {
            using var page = await _admin.SendJson(HttpMethod.Get, "/settings/history?limit=1" + (cursor is null ? "" : "&cursor=" + cursor));
            var body = await page.Expect(HttpStatusCode.OK);
            versions.AddRange(body.At("data").EnumerateArray().Select(version => version.Number("version")));
            cursor = body.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        var newest = (await Get()).Number("version");
        Assert.Equal(Enumerable.Range(0, (int)newest).Select(i => newest - i), versions);
        using var bad = await _admin.SendJson(HttpMethod.Get, "/settings/history?cursor=zzz");
        await bad.ExpectProblem(400, "validation");
    }

    [Theory]
    [InlineData("""{ "version": 1000000 }""")]
    [InlineData("""{ "version": -1 }""")]
    [InlineData("{}")]
    public async Task A_rollback_to_a_version_that_never_was_is_refused(string body)
    {
        using var refused = await _admin.PostJson("/settings/rollback", body);

        Assert.True((await refused.ExpectProblem(400, "validation")).At("errors").TryGetProperty("version", out _));
    }

    [Fact]
    public async Task A_rollback_to_a_value_that_cannot_change_in_this_release_is_refused()
    {
        // As a later release would set it, in which it can.
        var before = (await Get()).Number("version");
        var later = new SettingsChanged("u-other", new Dictionary<string, Grains.Interfaces.Settings.SettingChange> { ["Granary:DrainTime"] = new(null, "00:00:07") });
        await settings.App.Services.GetRequiredService<IJournal>().AppendAsync(new JournalAppend(
            JournalStream.OfSettings("0"), before, [SettingsEvent.Codec.Encode(later, DateTimeOffset.UtcNow, trace: null)]));
        await Eventually.HoldsAsync(async () => (await Get()).Number("version") == before + 1, cancellation: Cancellation);
        await settings.Put(("Granary:DrainTime", null));

        using var refused = await _admin.PostJson("/settings/rollback", new { version = before + 1 });

        Assert.Equal("Granary:DrainTime", (await refused.ExpectProblem(409, "not-reloadable")).Text("key"));
    }

    [Fact]
    public async Task The_audit_tells_who_changed_which_setting_from_what_to_what()
    {
        await settings.Put((Threshold, 51));
        await settings.Put((Threshold, 52));
        var version = (await Get()).Number("version");

        await Eventually.HoldsAsync(async () =>
        {
            using var audit = await _admin.SendJson(HttpMethod.Get, "/audit?subject=settings/0&limit=1");
            return (await audit.Expect(HttpStatusCode.OK)).At("data").EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } entry
                && entry.Number("version") == version
                && (entry.Text("by"), entry.Text("type")) == (UserId.From("admin"), "settings.changed")
                && (entry.At("from").GetRawText(), entry.At("to").GetRawText()) == ("""{"Granary:Stock:LowThreshold":"51"}""", """{"Granary:Stock:LowThreshold":"52"}""");
        }, cancellation: Cancellation);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await settings.Empty();
        _admin.Dispose();
    }

    private static (string? Value, string? Source) Shown(JsonElement body, string key) =>
        (body.Text("values", key, "value"), body.Text("values", key, "source"));

    private async Task<JsonElement> Get()
    {
        using var answer = await _admin.SendJson(HttpMethod.Get, "/settings");
        return await answer.Expect(HttpStatusCode.OK);
    }

    private Task<HttpResponseMessage> Put(Dictionary<string, object?> values, params (string Name, string Value)[] headers) =>
        _admin.SendJson(HttpMethod.Put, "/settings", new { values }, headers);
}
