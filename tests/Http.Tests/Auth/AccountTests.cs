using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Granary.Http.Tests.Auth;

/// <summary>Users end their own access, and what has ended stays ended.</summary>
public sealed class AccountTests(GranaryApp app)
{
    private const string Password = "a password nobody guesses";
    private const string Better = "an even better one";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_password_ends_the_earlier_tokens_and_the_earlier_password()
    {
        var name = await RegisterAsync();
        var (first, second) = (await TokenAsync(name, Password), await TokenAsync(name, Password));

        using var changed = await app.CreateClient(first).PostJson("/users/me/password", new { current_password = Password, new_password = Better });

        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], [await MeAsync(first), await MeAsync(second)]);
        using var earlier = await LogInAsync(name, Password);
        await earlier.ExpectProblem(401, "invalid-credentials");
        Assert.Equal(HttpStatusCode.OK, await MeAsync(await TokenAsync(name, Better)));
    }

    [Fact]
    public async Task Of_several_changes_at_once_one_is_acknowledged_and_it_is_the_one_that_counts()
    {
        var name = await RegisterAsync();
        var token = await TokenAsync(name, Password);
        string[] wished = ["first of three words", "second of three words", "third of three words"];

        var answers = await Task.WhenAll(wished.Select(password =>
            app.CreateClient(token).PostJson("/users/me/password", new { current_password = Password, new_password = password })));

        var winner = Assert.Single(wished, password => answers[Array.IndexOf(wished, password)].StatusCode == HttpStatusCode.NoContent);
        Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.NoContent), answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(await TokenAsync(name, winner)));
    }

    [Fact]
    public async Task Without_the_current_password_nothing_changes()
    {
        var name = await RegisterAsync();
        var token = await TokenAsync(name, Password);

        using var refused = await app.CreateClient(token).PostJson("/users/me/password", new { current_password = "a guess", new_password = Better });

        await refused.ExpectProblem(401, "invalid-credentials");
        Assert.Equal(HttpStatusCode.OK, await MeAsync(token));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(await TokenAsync(name, Password)));
    }

    [Fact]
    public async Task A_sign_out_ends_every_token_and_the_next_login_gives_one_that_works()
    {
        var name = await RegisterAsync();
        var (phone, desk) = (await TokenAsync(name, Password), await TokenAsync(name, Password));

        using var signedOut = await app.CreateClient(phone).PostJson("/auth/sign-out");

        Assert.Equal(HttpStatusCode.NoContent, signedOut.StatusCode);
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], [await MeAsync(phone), await MeAsync(desk)]);
        Assert.Equal(HttpStatusCode.OK, await MeAsync(await TokenAsync(name, Password)));
    }

    [Fact]
    public async Task A_token_from_before_a_suspension_stays_ended_when_the_user_is_reactivated()
    {
        var name = await RegisterAsync();
        var token = await TokenAsync(name, Password);
        var staff = app.CreateClient(app.AdminToken);
        var id = Granary.Grains.Interfaces.Users.UserId.From(name);

        foreach (var action in new[] { "suspend", "reactivate" })
        {
            using var done = await staff.PostJson($"/users/{id}/{action}");
            await done.Expect(HttpStatusCode.OK);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(token));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(await TokenAsync(name, Password)));
    }

    [Fact]
    public async Task An_order_that_is_followed_is_no_longer_followed_after_a_sign_out()
    {
        await using var patient = await GranaryApp.StartWith("--Granary:Orders:TrackingHeartbeat=01:00:00");
        var customer = await patient.OpenShop().Customer();
        var id = (await customer.Placed((await patient.OpenShop().Product(), 1))).Text("id")!;
        await using var stream = await Orders.EventReader.FollowAsync(customer.Http, id, ("Last-Event-ID", "1"));

        using var signedOut = await customer.Http.PostJson("/auth/sign-out");

        Assert.Equal(HttpStatusCode.NoContent, signedOut.StatusCode);
        Assert.Null(await stream.Next().WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Theory]
    [InlineData("Password123")]
    [InlineData("qwertyuiop")]
    public async Task A_frequent_password_and_the_own_name_are_refused(string frequent)
    {
        var name = Shop.Unique("user");
        foreach (var password in new[] { frequent, name.ToUpperInvariant() })
        {
            using var answer = await app.CreateClient().PostJson("/users", new { user_name = name, password });
            Assert.True((await answer.ExpectProblem(400, "validation")).At("errors").TryGetProperty("password", out _));
        }
    }

    [Fact]
    public async Task Of_two_administrators_who_suspend_each_other_at_once_one_is_left()
    {
        for (var round = 0; round < 10; round++)
        {
            var pair = await Task.WhenAll(Administrator(), Administrator());
            var answers = await Task.WhenAll(
                pair[0].Client.PostJson($"/users/{pair[1].Id}/suspend"),
                pair[1].Client.SendJson(HttpMethod.Put, $"/users/{pair[0].Id}/roles", new { roles = new[] { "customer" } }));

            Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
            Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Forbidden);
        }

        async Task<(string Id, HttpClient Client)> Administrator()
        {
            var id = await app.Register("admin");
            return (id, app.CreateClient(app.TokenOf(id, "admin")));
        }
    }

    [Fact]
    public async Task A_token_with_a_critical_extension_is_refused()
    {
        var id = await app.Register("customer");
        var key = app.Services.GetRequiredService<Granary.Hosting.Auth.SigningKeyRing>().Current;
        string Token(Dictionary<string, object>? header) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "granary",
            Audience = "granary",
            Expires = DateTime.UtcNow.AddMinutes(5),
            Claims = new Dictionary<string, object> { ["sub"] = id },
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(key.Secret) { KeyId = key.Id }, SecurityAlgorithms.HmacSha256),
            AdditionalHeaderClaims = header,
        });

        Assert.Equal(HttpStatusCode.OK, await MeAsync(Token(null)));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(Token(new() { ["crit"] = new[] { "b64" }, ["b64"] = true })));
    }

    private async Task<string> RegisterAsync()
    {
        var name = Shop.Unique("user");
        using var registered = await app.CreateClient().PostJson("/users", new { user_name = name, password = Password });
        await registered.Expect(HttpStatusCode.Created);
        return name;
    }

    private Task<HttpResponseMessage> LogInAsync(string name, string password) =>
        app.CreateClient().PostJson("/auth/token", new { user_name = name, password });

    private async Task<string> TokenAsync(string name, string password)
    {
        using var answer = await LogInAsync(name, password);
        return (await answer.Expect(HttpStatusCode.OK)).Text("access_token")!;
    }

    private async Task<HttpStatusCode> MeAsync(string token)
    {
        using var me = await app.CreateClient(token).GetAsync("/users/me", Cancellation);
        return me.StatusCode;
    }
}
