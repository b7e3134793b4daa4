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
    public async Task Each_failure_after_the_free_ones_doubles_the_wait_and_success_clears_it()
    {
        var time = new FakeTimeProvider();
        var throttle = new LoginThrottle(time);
        var address = IPAddress.Parse("192.0.2.1");
        var waits = new List<double>();
        for (var attempt = 0; attempt < 15; attempt++)
        {
            while ((await Begin(throttle, "u-1", address)).Wait is { } wait)
            {
                waits.Add(wait.TotalSeconds);
                time.Advance(wait);
            }
        }

        Assert.Equal([1, 2, 4, 8], waits);
        time.Advance(TimeSpan.FromMinutes(1));
        throttle.Succeeded(await Begin(throttle, "u-1", address));
        Assert.Null((await Begin(throttle, "u-1", address)).Wait);
    }

    [Fact]
    public async Task Trying_many_names_from_one_network_is_slowed_down_too()
    {
        var throttle = new LoginThrottle(new FakeTimeProvider());
        var attempts = 0;
        for (var i = 0; i < 1_000; i++)
        {
            attempts += await Begin(throttle, $"u-{i}", IPAddress.Parse($"2001:db8::{i:x}")) is { Wait: null } ? 1 : 0;
        }

        Assert.Equal(201, attempts);
    }

    [Fact]
    public async Task Guesses_from_elsewhere_do_not_keep_a_user_out()
    {
        await using var behindProxy = await GranaryApp.StartWith("--Granary:TrustedProxies=127.0.0.0/8");
        using var client = behindProxy.CreateClient();
        var name = await Register(client);
        using var home = From("192.0.2.1");
        using var attacker = From("198.51.100.1");

        // The wait begins with the eleventh guess and doubles, so even on a slow machine a guess comes too early at last.
        var status = HttpStatusCode.Unauthorized;
        for (var guess = 0; status == HttpStatusCode.Unauthorized; guess++)
        {
            using var wrong = await LogIn(attacker, name, "guess");
            status = wrong.StatusCode;
            Assert.True(guess >= 11 || status == HttpStatusCode.Unauthorized, $"guess {guess}: {status}");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, status);

        using var right = await LogIn(home, name, Password);
        await right.Expect(HttpStatusCode.OK);

        HttpClient From(string address)
        {
            var from = behindProxy.CreateClient();
            from.DefaultRequestHeaders.Add("X-Forwarded-For", address);
            return from;
        }
    }

    [Fact]
    public async Task A_network_from_which_a_name_has_logged_in_is_not_refused_for_the_failures_of_others_there()
    {
        var throttle = new LoginThrottle(new FakeTimeProvider());
        var address = IPAddress.Parse("192.0.2.1");
        throttle.Succeeded(await Begin(throttle, "u-home", address));
        for (var i = 0; i < 300; i++)
        {
            await Begin(throttle, $"u-{i}", address);
        }

        Assert.NotNull((await Begin(throttle, "u-new", address)).Wait);
        Assert.Null((await Begin(throttle, "u-home", address)).Wait);
    }

    [Fact]
    public async Task An_own_login_between_two_guesses_does_not_take_the_guesses_back()
    {
        var throttle = new LoginThrottle(new FakeTimeProvider());
        var address = IPAddress.Parse("192.0.2.1");
        throttle.Succeeded(await Begin(throttle, "u-own", address));
        var guesses = 0;
        for (var i = 0; i < 500; i++)
        {
            guesses += await Begin(throttle, $"u-{i}", address) is { Wait: null } ? 1 : 0;
            throttle.Succeeded(await Begin(throttle, "u-own", address));
        }

        Assert.Equal(201, guesses);
    }

    [Fact]
    public async Task A_name_that_many_networks_guess_at_is_verified_more_slowly_and_not_refused()
    {
        var time = new FakeTimeProvider();
        var throttle = new LoginThrottle(time);
        var home = IPAddress.Parse("192.0.2.1");
        throttle.Succeeded(await Begin(throttle, "u-1", home));
        for (var i = 0; i < 100; i++)
        {
            Assert.Null((await Begin(throttle, "u-1", IPAddress.Parse($"198.51.100.{i}"))).Wait);
        }

        var slow = Begin(throttle, "u-1", IPAddress.Parse("203.0.113.1"));
        Assert.False(slow.IsCompleted);
        Assert.Null((await Begin(throttle, "u-1", home)).Wait);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null((await slow).Wait);
    }

    private static Task<LoginAttempt> Begin(LoginThrottle throttle, string userId, IPAddress address) =>
        throttle.BeginAsync(userId, address, TestContext.Current.CancellationToken);

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
