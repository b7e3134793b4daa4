using System.Net;
using Granary.Api.Auth;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.Auth;

public sealed class LoginTests(GranaryApp app)
{
    private const string Password = "a password nobody guesses";

    [Fact]
    public async Task A_registered_user_exchanges_the_password_for_a_token_that_works()
    {
        using var client = app.CreateClient();
        var name = await Register(client);

        using var answer = await LogIn(client, name, Password);
        var token = await answer.Expect(HttpStatusCode.OK);

        Assert.Equal("Bearer", token.Text("token_type"));
        Assert.Equal(3600, token.Number("expires_in"));
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        using var me = await app.CreateClient(token.Text("access_token")).GetAsync("/users/me", TestContext.Current.CancellationToken);
        Assert.Equal(name, (await me.Expect(HttpStatusCode.OK)).Text("user_name"));
    }

    [Fact]
    public async Task An_unknown_user_and_a_wrong_password_get_the_same_answer()
    {
        using var client = app.CreateClient();
        var name = await Register(client);

        using var wrong = await LogIn(client, name, "another password");
        using var unknown = await LogIn(client, Shop.Unique("nobody"), "another password");

        var one = await wrong.ExpectProblem(401, "invalid-credentials");
        var other = await unknown.ExpectProblem(401, "invalid-credentials");
        Assert.Equal(one.Text("detail"), other.Text("detail"));
        Assert.Equal(
            wrong.Headers.Select(header => header.Key).Order(), unknown.Headers.Select(header => header.Key).Order());
    }

    [Fact]
    public async Task Guessing_one_users_password_is_slowed_down_until_even_the_right_one_has_to_wait()
    {
        using var client = app.CreateClient();
        var name = await Register(client);
        var guesses = 0;
        var answer = await LogIn(client, name, "guess");
        while (answer.StatusCode == HttpStatusCode.Unauthorized && guesses++ < 100)
        {
            answer.Dispose();
            answer = await LogIn(client, name, "guess");
        }

        await answer.ExpectProblem(429, "too-many-requests");
        Assert.True(answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        Assert.InRange(guesses, 5, 20);
        answer.Dispose();
    }

    [Fact]
    public async Task A_suspended_user_gets_no_token_even_with_the_right_password()
    {
        using var client = app.CreateClient();
        var name = await Register(client);
        using var suspended = await app.OpenShop().Staff.PostJson($"/users/{UserId.From(name)}/suspend");
        await suspended.Expect(HttpStatusCode.OK);

        using var answer = await LogIn(client, name, Password);

        Assert.Equal("suspended", (await answer.ExpectProblem(403, "user-suspended")).Text("current_status"));
    }

    [Fact]
    public async Task Of_processes_that_start_together_one_prints_the_generated_password_and_it_works()
    {
        var options = new AdministratorOptions(Shop.Unique("first"), null);
        using var terminal = new StringWriter();
        var starts = Enumerable.Range(0, 4).Select(_ => new FirstAdministrator(
            app.Services.GetRequiredService<IGrainFactory>(), app.Services.GetRequiredService<Passwords>(), options, terminal,
            NullLogger<FirstAdministrator>.Instance)).ToList();

        await Task.WhenAll(starts.Select(start => start.StartAsync(TestContext.Current.CancellationToken)));
        await Task.WhenAll(starts.Select(start => start.Registered));

        var printed = Assert.Single(terminal.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using var client = app.CreateClient();
        using var login = await LogIn(client, options.UserName, printed.Split('\'')[3]);
        await login.Expect(HttpStatusCode.OK);
    }

    [Fact]
    public void Each_failure_after_the_free_ones_doubles_the_wait_and_success_clears_it()
    {
        var time = new FakeTimeProvider();
        var throttle = new LoginThrottle(time);
        var address = IPAddress.Parse("192.0.2.1");
        var waits = new List<double>();
        for (var attempt = 0; attempt < 15; attempt++)
        {
            while (throttle.Begin("u-1", address) is { } wait)
            {
                waits.Add(wait.TotalSeconds);
                time.Advance(wait);
            }
        }

        Assert.Equal([1, 2, 4, 8], waits);
        throttle.Succeeded("u-1", address);
        Assert.Null(throttle.Begin("u-1", address));
    }

    [Fact]
    public void Trying_many_names_from_one_network_is_slowed_down_too()
    {
        var throttle = new LoginThrottle(new FakeTimeProvider());
        var attempts = Enumerable.Range(0, 1_000)
            .Count(i => throttle.Begin($"u-{i}", IPAddress.Parse($"2001:db8::{i:x}")) is null);

        Assert.Equal(201, attempts);
    }

    private static Task<HttpResponseMessage> LogIn(HttpClient client, string name, string password) =>
        client.PostJson("/auth/token", new { user_name = name, password });

    private static async Task<string> Register(HttpClient client)
    {
        var name = Shop.Unique("login");
        using var registered = await client.PostJson("/users", new { user_name = name, password = Password });
        await registered.Expect(HttpStatusCode.Created);
        return name;
    }
}
