using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Http.Tests.Console;

public sealed class SessionTests(GranaryApp app)
{
    private const string Password = "correct horse battery staple";

    private static readonly (string, string)[] OfThePage = [("Sec-Fetch-Site", "same-origin"), ("X-Granary-Console", "1")];

    private readonly HttpClient _browser = app.CreateClient();

    [Fact]
    public async Task Signing_in_puts_the_token_into_a_cookie_of_the_console_that_no_script_reads()
    {
        var name = await Registered();
        using var answer = await SignIn(name);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("granary_console=ey", cookie, StringComparison.Ordinal);
        Assert.Equal(["httponly", "max-age=3600", "path=/console", "samesite=strict"], Attributes(cookie));
        using var session = await _browser.SendJson(HttpMethod.Get, "/console/session", null, Cookie(cookie));
        var who = await session.Expect(HttpStatusCode.OK);
        Assert.Equal((name, UserId.From(name)), (who.Text("user_name"), who.Text("user_id")));
        Assert.Equal([Roles.Customer], who.At("roles").Texts());
        Assert.InRange(who.At("expires_at").GetDateTime() - DateTime.UtcNow, TimeSpan.FromMinutes(50), TimeSpan.FromMinutes(61));
        Assert.DoesNotContain("eyJ", who.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_TLS_the_cookie_is_sent_over_TLS_only()
    {
        using var answer = await _browser.PostJson(
            "/console/session", new { user_name = await Registered(), password = Password }, [.. OfThePage, ("X-Forwarded-Proto", "https")]);

        Assert.Contains("secure", Attributes(answer.Headers.GetValues("Set-Cookie").Single()));
    }

    [Fact]
    public async Task The_console_calls_the_public_API_with_the_token_of_the_cookie()
    {
        var (name, cookie) = await SignedIn();

        using var me = await _browser.SendJson(HttpMethod.Get, "/console/api/users/me", null, cookie);
        using var refused = await _browser.SendJson(HttpMethod.Get, "/console/api/statistics", null, cookie);
        using var unknown = await _browser.SendJson(HttpMethod.Get, "/console/api/nothing", null, cookie);
        using var placed = await _browser.PostJson("/console/api/orders", new { items = new[] { new { sku = "NONE", quantity = 1 } } }, [cookie, .. OfThePage]);

        Assert.Equal(name, (await me.Expect(HttpStatusCode.OK)).Text("user_name"));
        await refused.ExpectProblem(403, "forbidden");
        await unknown.ExpectProblem(404, "not-found");
        await placed.ExpectProblem(422, "unknown-product");
    }

    [Fact]
    public async Task A_token_that_a_request_brings_itself_does_not_count()
    {
        var bearer = ("Authorization", "Bearer " + app.AdminToken);
        var (name, cookie) = await SignedIn();

        using var alone = await _browser.SendJson(HttpMethod.Get, "/console/api/users/me", null, bearer);
        using var besides = await _browser.SendJson(HttpMethod.Get, "/console/api/users/me", null, bearer, cookie);

        await alone.ExpectProblem(401, "unauthorized");
        Assert.Equal(name, (await besides.Expect(HttpStatusCode.OK)).Text("user_name"));
    }

    [Fact]
    public async Task Signing_out_ends_the_token_and_has_the_browser_forget_the_cookie()
    {
        var (_, cookie) = await SignedIn();

        using var ended = await _browser.SendJson(HttpMethod.Delete, "/console/session", null, [cookie, .. OfThePage]);

        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        var forgotten = ended.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("expires=Thu, 01 Jan 1970", forgotten, StringComparison.Ordinal);
        Assert.Contains("path=/console", forgotten, StringComparison.Ordinal);
        using var after = await _browser.SendJson(HttpMethod.Get, "/console/session", null, cookie);
        await after.ExpectProblem(401, "unauthorized");
        using var bearer = await _browser.SendJson(
            HttpMethod.Get, "/users/me", null, ("Authorization", "Bearer " + cookie.Value["granary_console=".Length..]));
        await bearer.ExpectProblem(401, "unauthorized");
    }

    [Fact]
    public async Task A_suspension_ends_the_session_at_once()
    {
        var (name, cookie) = await SignedIn();
        using var staff = app.CreateClient(app.AdminToken);

        using var suspended = await staff.PostJson($"/users/{UserId.From(name)}/suspend");
        await suspended.Expect(HttpStatusCode.OK);

        using var session = await _browser.SendJson(HttpMethod.Get, "/console/session", null, cookie);
        using var call = await _browser.SendJson(HttpMethod.Get, "/console/api/orders", null, cookie);
        using var again = await SignIn(name);
        await session.ExpectProblem(403, "user-suspended");
        await call.ExpectProblem(403, "user-suspended");
        await again.ExpectProblem(403, "user-suspended");
        Assert.False(again.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_wrong_password_gives_no_session()
    {
        using var answer = await _browser.PostJson("/console/session", new { user_name = await Registered(), password = "another one entirely" }, OfThePage);

        await answer.ExpectProblem(401, "invalid-credentials");
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("cross-site", null, "1")]
    [InlineData("same-site", null, "1")]
    [InlineData("none", null, "1")]
    [InlineData("same-origin", null, null)]
    [InlineData("same-origin", null, "yes")]
    [InlineData(null, null, "1")]
    [InlineData(null, "null", "1")]
    [InlineData(null, "https://elsewhere.example", "1")]
    public async Task A_change_that_another_site_may_have_sent_is_refused(string? site, string? origin, string? header)
    {
        var cookie = ("Cookie", "granary_console=" + app.AdminToken);
        List<(string, string)> headers = [cookie];
        headers.AddRange(((string Name, string? Value)[])[("Sec-Fetch-Site", site), ("Origin", origin), ("X-Granary-Console", header)]
            is var all ? all.Where(one => one.Value is not null).Select(one => (one.Name, one.Value!)) : []);
        foreach (var (method, path) in ((HttpMethod, string)[])[
            (HttpMethod.Post, "/console/session"), (HttpMethod.Delete, "/console/session"), (HttpMethod.Post, "/console/api/orders"),
            (HttpMethod.Put, "/console/api/products/CUP"), (HttpMethod.Delete, "/Console/API/orders/1"), (HttpMethod.Patch, "/console/api/webhooks/1")])
        {
            using var answer = await _browser.SendJson(method, path, new { }, [.. headers]);

            await answer.ExpectProblem(403, "cross-site-request");
        }
    }

    [Fact]
    public async Task A_browser_that_does_not_tell_the_site_is_known_by_the_origin()
    {
        using var answer = await _browser.PostJson(
            "/console/session", new { user_name = await Registered(), password = Password },
            ("Origin", app.Address.GetLeftPart(UriPartial.Authority)), ("X-Granary-Console", "1"));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private static (string Name, string Value) Cookie(string setCookie) => ("Cookie", setCookie.Split(';')[0]);

    private static IEnumerable<string> Attributes(string setCookie) =>
        setCookie.Split(';').Skip(1).Select(attribute => attribute.Trim().ToLowerInvariant()).Where(attribute => !attribute.StartsWith("expires=", StringComparison.Ordinal)).Order();

    private Task<HttpResponseMessage> SignIn(string name) => _browser.PostJson("/console/session", new { user_name = name, password = Password }, OfThePage);

    private async Task<(string Name, (string Name, string Value) Cookie)> SignedIn()
    {
        var name = await Registered();
        using var answer = await SignIn(name);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        return (name, Cookie(answer.Headers.GetValues("Set-Cookie").Single()));
    }

    private async Task<string> Registered()
    {
        var name = Shop.Unique("user");
        using var anyone = app.CreateClient();
        using var answer = await anyone.PostJson("/users", new { user_name = name, password = Password });
        await answer.Expect(HttpStatusCode.Created);
        return name;
    }
}
