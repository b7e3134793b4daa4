using System.Net;
using Granary.Grains.Interfaces.Users;

namespace Granary.Http.Tests.Auth;

public sealed class ExternalIssuerTests(ExternalIssuerTests.Federation federation)
    : IClassFixture<ExternalIssuerTests.Federation>
{
    private const string Audience = "granary-api";

    private readonly TestIssuer _issuer = federation.Issuer;
    private readonly GranaryApp _app = federation.App;

    [Fact]
    public async Task The_issuers_users_have_an_account_from_their_first_request_and_the_roles_of_their_token()
    {
        using var customer = Client("ada", Audience);
        using var admin = Client("root", Audience, Roles.Admin, "a role of another system");

        using var me = await customer.GetAsync("/users/me", TestContext.Current.CancellationToken);
        var user = await me.Expect(HttpStatusCode.OK);
        Assert.Equal("Ada", user.Text("display_name"));
        Assert.Equal(UserId.From("ada"), user.Text("id"));
        using var refused = await customer.PostJson($"/users/{user.Text("id")}/deposits", Shop.Usd(500));
        await refused.ExpectProblem(403, "forbidden");
        using var paid = await admin.PostJson($"/users/{user.Text("id")}/deposits", Shop.Usd(500));
        await paid.Expect(HttpStatusCode.Created);
        using var ordered = await Client("newcomer", Audience).PostJson(
            "/orders", new { items = new[] { new { sku = "NONE", quantity = 1 } } });
        await ordered.ExpectProblem(422, "unknown-product");
    }

    [Fact]
    public async Task A_suspension_on_the_platform_applies_whatever_the_issuer_says()
    {
        using var customer = Client("eve", Audience);
        using var admin = Client("root", Audience, Roles.Admin);
        using var first = await customer.GetAsync("/users/me", TestContext.Current.CancellationToken);
        await first.Expect(HttpStatusCode.OK);

        using var suspended = await admin.PostJson($"/users/{UserId.From("eve")}/suspend");
        await suspended.Expect(HttpStatusCode.OK);

        using var refused = await customer.GetAsync("/users/me", TestContext.Current.CancellationToken);
        await refused.ExpectProblem(403, "user-suspended");
    }

    [Fact]
    public async Task Tokens_for_another_audience_or_of_another_issuer_are_refused()
    {
        await using var impostor = await TestIssuer.Start();
        using var elsewhere = Client("ada", "another-api");
        using var forged = _app.CreateClient(impostor.TokenOf("ada", Audience, Roles.Admin));

        using var one = await elsewhere.GetAsync("/users/me", TestContext.Current.CancellationToken);
        using var other = await forged.GetAsync("/users/me", TestContext.Current.CancellationToken);

        await one.ExpectProblem(401, "unauthorized");
        await other.ExpectProblem(401, "unauthorized");
    }

    [Fact]
    public async Task The_platform_issues_no_tokens_of_its_own()
    {
        using var client = _app.CreateClient();

        using var answer = await client.PostJson("/auth/token", new { user_name = "admin", password = "a password" });

        await answer.ExpectProblem(404, "not-found");
    }

    [Fact]
    public async Task Who_signs_in_at_the_issuer_has_a_session_of_the_console_and_comes_back_to_the_page()
    {
        using var browser = new Browser(_app.Address);

        using var back = await browser.Follow("/console/session/external?return=%2Fconsole%2Forders%3Fstatus%3Dpaid");

        Assert.Equal("/console/orders?status=paid", back.Headers.Location?.ToString());
        using var session = await browser.Get("/console/session");
        var who = await session.Expect(HttpStatusCode.OK);
        Assert.Equal((UserId.From("ada"), "Ada"), (who.Text("user_id"), who.Text("display_name")));
        Assert.Equal([Roles.Operator], who.At("roles").Texts());
        using var orders = await browser.Get("/console/api/orders");
        await orders.Expect(HttpStatusCode.OK);
        using var page = await browser.Get("/console");
        Assert.Contains("data-sign-in=\"external\"", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/console/")]
    [InlineData("/console.elsewhere")]
    [InlineData("/console/\r\nSet-Cookie: a=b")]
    [InlineData("/console/stock/caf\u00e9")]
    [InlineData("")]
    public async Task A_sign_in_leads_back_to_the_console_alone(string elsewhere)
    {
        using var browser = new Browser(_app.Address);

        using var back = await browser.Follow("/console/session/external?return=" + Uri.EscapeDataString(elsewhere));

        Assert.Equal("/console", back.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Only_the_browser_that_began_a_sign_in_can_finish_it_and_only_once()
    {
        using var mine = new Browser(_app.Address);
        using var other = new Browser(_app.Address);
        using var begun = await mine.Get("/console/session/external");
        using var agreed = await mine.Get(begun.Headers.Location!.ToString());
        var callback = agreed.Headers.Location!.ToString();

        using var stolen = await other.Get(callback);
        using var finished = await mine.Get(callback);
        using var again = await mine.Get(callback);

        Assert.Equal("/console?sign_in_error=expired", stolen.Headers.Location?.ToString());
        using var nobody = await other.Get("/console/session");
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        Assert.Equal("/console", finished.Headers.Location?.ToString());
        Assert.Equal("/console?sign_in_error=expired", again.Headers.Location?.ToString());
    }

    [Fact]
    public async Task A_refusal_of_the_issuer_and_a_code_that_it_does_not_know_are_told()
    {
        using var browser = new Browser(_app.Address);
        foreach (var (answer, told) in ((string, string)[])[
            ("error=access_denied", "access_denied"), ("error=%3Cscript%3E", "failed"), ("code=none", "unavailable")])
        {
            using var begun = await browser.Get("/console/session/external");
            var state = System.Web.HttpUtility.ParseQueryString(begun.Headers.Location!.Query)["state"];

            using var back = await browser.Get($"/console/session/callback?{answer}&state={state}");

            Assert.Equal($"/console?sign_in_error={told}", back.Headers.Location?.ToString());
        }
    }

    [Fact]
    public async Task A_token_for_another_audience_and_one_that_no_cookie_holds_are_no_session()
    {
        await using var issuer = await TestIssuer.Start();
        issuer.Audience = "another-api";
        await using var app = await GranaryApp.StartWith(
            $"--Granary:Auth:Authority={issuer.Address}", $"--Granary:Auth:Audience={Audience}", $"--Granary:Auth:ClientId={TestIssuer.Client.Id}",
            $"--Granary:Auth:ClientSecret={TestIssuer.Client.Secret}", "--Granary:Auth:Scopes=openid profile orders");
        using var browser = new Browser(app.Address);

        using var back = await browser.Follow("/console/session/external");

        Assert.Equal("/console?sign_in_error=invalid_token", back.Headers.Location?.ToString());
        using var nobody = await browser.Get("/console/session");
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);

        (issuer.Audience, issuer.Groups) = (Audience, [.. Enumerable.Range(0, 100).Select(_ => Guid.NewGuid().ToString())]);
        using var full = await browser.Follow("/console/session/external");
        Assert.Equal("/console?sign_in_error=invalid_token", full.Headers.Location?.ToString());
        Assert.DoesNotContain(full.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("granary_console=", StringComparison.Ordinal));
    }

    /// <summary>A client that keeps cookies, and follows redirects of the sign-in as far as the console's own page.</summary>
    private sealed class Browser(Uri address) : IDisposable
    {
        private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };

        public Task<HttpResponseMessage> Get(string address) => _client.GetAsync(address, TestContext.Current.CancellationToken);

        public async Task<HttpResponseMessage> Follow(string address)
        {
            var answer = await Get(address);
            while (answer.Headers.Location is { IsAbsoluteUri: true } next)
            {
                answer.Dispose();
                answer = await Get(next.ToString());
            }

            return answer;
        }

        public void Dispose() => _client.Dispose();
    }

    private HttpClient Client(string subject, string audience, params string[] roles) =>
        _app.CreateClient(_issuer.TokenOf(subject, audience, roles));

    /// <summary>An issuer and the application that trusts it.</summary>
    public sealed class Federation : IAsyncLifetime
    {
        public TestIssuer Issuer { get; private set; } = null!;

        public GranaryApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Issuer = await TestIssuer.Start();
            App = await GranaryApp.StartWith(
                $"--Granary:Auth:Authority={Issuer.Address}", $"--Granary:Auth:Audience={Audience}", $"--Granary:Auth:ClientId={TestIssuer.Client.Id}",
                $"--Granary:Auth:ClientSecret={TestIssuer.Client.Secret}", "--Granary:Auth:Scopes=openid profile orders");
        }

        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            await Issuer.DisposeAsync();
        }
    }
}
