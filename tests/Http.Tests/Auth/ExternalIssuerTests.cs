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
            App = await GranaryApp.StartWith($"--Granary:Auth:Authority={Issuer.Address}", $"--Granary:Auth:Audience={Audience}");
        }

        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            await Issuer.DisposeAsync();
        }
    }
}
