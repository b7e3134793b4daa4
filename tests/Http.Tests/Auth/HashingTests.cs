using System.Net;
using Granary.Api.Auth;
using Granary.Api.Traffic;
using Granary.Hosting.Auth;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Auth;

/// <summary>Hashing passwords: one at a time, and a flood of registrations keeps no user from logging in.</summary>
public sealed class HashingTests
{
    private readonly HashingTurns _turns = new();
    private readonly List<string> _done = [];
    private readonly Lock _lock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_password_is_hashed_at_a_time_and_logins_take_turns_with_new_passwords()
    {
        using var first = new ManualResetEventSlim();
        var work = new List<Task> { Run(HashingPurpose.NewPassword, "first", first) };
        work.AddRange(Enumerable.Range(1, 3).Select(i => Run(HashingPurpose.NewPassword, $"new {i}")));
        work.AddRange(Enumerable.Range(1, 2).Select(i => Run(HashingPurpose.Login, $"login {i}")));

        first.Set();
        await Task.WhenAll(work);

        Assert.Equal(["first", "login 1", "new 1", "login 2", "new 2", "new 3"], _done);
    }

    [Fact]
    public async Task A_full_queue_refuses_its_own_purpose_alone_and_a_caller_that_left_takes_no_turn()
    {
        using var first = new ManualResetEventSlim();
        using var left = new CancellationTokenSource();
        var work = new List<Task> { Run(HashingPurpose.NewPassword, "first", first) };
        var leaving = _turns.RunAsync(HashingPurpose.NewPassword, () => 0, left.Token);
        work.AddRange(Enumerable.Range(1, HashingTurns.MostWaiting - 1).Select(i => Run(HashingPurpose.NewPassword, $"new {i}")));

        await Assert.ThrowsAsync<OverloadedException>(() => Run(HashingPurpose.NewPassword, "one too many"));
        work.Add(Run(HashingPurpose.Login, "login"));
        await left.CancelAsync();
        work.Add(Run(HashingPurpose.NewPassword, "in its place"));
        first.Set();

        await Task.WhenAll(work);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.Equal("login", _done[1]);
    }

    [Fact]
    public async Task In_a_flood_of_registrations_every_user_logs_in()
    {
        await using var app = await GranaryApp.StartWith(
            builder => builder.Services.AddSingleton(PasswordHashing.HasherOptions), "--Granary:RateLimit:RegistrationsPerMinute=0");
        using var client = app.CreateClient();
        var flood = Enumerable.Range(0, 3 * HashingTurns.MostWaiting).Select(_ => Register()).ToList();
        var logins = 0;
        foreach (var _ in Enumerable.Range(0, 5))
        {
            using var answer = await client.PostJson("/auth/token", new { user_name = "admin", password = GranaryApp.AdminPassword });
            logins += answer.StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        var registered = await Task.WhenAll(flood);

        Assert.Equal(5, logins);
        Assert.Contains(HttpStatusCode.Created, registered);

        async Task<HttpStatusCode> Register()
        {
            using var answer = await client.PostJson("/users", new { user_name = Shop.Unique("flood"), password = "correct horse battery staple" });
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_network_that_registers_without_end_is_refused_and_an_administrator_is_not()
    {
        await using var app = await GranaryApp.StartWith("--Granary:RateLimit:RegistrationsPerMinute=1");
        using var stranger = app.CreateClient();
        using var admin = app.CreateClient(app.AdminToken);

        using var first = await Register(stranger);
        using var second = await Register(stranger);
        using var byStaff = await Register(admin);

        await first.Expect(HttpStatusCode.Created);
        await second.ExpectProblem(429, "too-many-requests");
        await byStaff.Expect(HttpStatusCode.Created);

        static Task<HttpResponseMessage> Register(HttpClient client) =>
            client.PostJson("/users", new { user_name = Shop.Unique("new"), password = "correct horse battery staple" });
    }

    private Task<int> Run(HashingPurpose purpose, string name, ManualResetEventSlim? gate = null) => _turns.RunAsync(
        purpose,
        () =>
        {
            gate?.Wait(Cancellation);
            lock (_lock)
            {
                _done.Add(name);
            }

            return 0;
        },
        CancellationToken.None);
}
