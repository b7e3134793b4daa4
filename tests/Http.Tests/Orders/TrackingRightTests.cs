using System.Net;
using Granary.Api.Auth;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.Orders;

/// <summary>A stream of events ends when its reader loses the right to it, and carries no event after that.</summary>
public sealed class TrackingRightTests : IAsyncLifetime
{
    private GranaryApp _app = null!;
    private Shop _shop = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await GranaryApp.StartWith("--Granary:Orders:TrackingHeartbeat=00:00:00.1");
        _shop = _app.OpenShop();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("suspend")]
    [InlineData("close")]
    public async Task The_stream_of_a_user_who_may_no_longer_act_ends(string action)
    {
        // An operator has no orders of their own, which would keep the account from being closed.
        var reader = await _app.Register(Roles.Operator);
        var id = await PlacedAsync();
        await using var stream = await FollowAsync(_app.TokenOf(reader, Roles.Operator), id);

        using var stopped = await _shop.Staff.PostJson($"/users/{reader}/{action}");
        await stopped.Expect(HttpStatusCode.OK);

        await EndsAsync(stream);
    }

    [Fact]
    public async Task No_event_reaches_a_reader_who_was_suspended_before_it()
    {
        await using var patient = await GranaryApp.StartWith("--Granary:Orders:TrackingHeartbeat=01:00:00");
        var shop = patient.OpenShop();
        var customer = await shop.Customer();
        var id = (await customer.Placed((await shop.Product(), 1))).Text("id")!;
        await using var stream = await FollowAsync(patient.TokenOf(customer.Id, Roles.Customer), id, patient);
        using var suspended = await shop.Staff.PostJson($"/users/{customer.Id}/suspend");
        await suspended.Expect(HttpStatusCode.OK);

        using var cancelled = await shop.Staff.SendJson(HttpMethod.Delete, "/orders/" + id);
        await cancelled.Expect(HttpStatusCode.OK);

        await EndsAsync(stream);
    }

    [Fact]
    public async Task The_stream_of_an_operator_who_loses_the_role_ends()
    {
        var reader = await _app.Register(Roles.Operator);
        var id = await PlacedAsync();
        await using var stream = await FollowAsync(_app.TokenOf(reader, Roles.Operator), id);

        using var demoted = await _shop.Staff.SendJson(HttpMethod.Put, $"/users/{reader}/roles", new { roles = new[] { "customer" } });
        await demoted.Expect(HttpStatusCode.OK);

        await EndsAsync(stream);
    }

    [Fact]
    public async Task A_stream_ends_when_its_token_expires()
    {
        var customer = await _shop.Customer();
        var id = (await customer.Placed((await _shop.Product(), 1))).Text("id")!;
        var options = _app.Services.GetRequiredService<AuthOptions>();

        // A clock difference of ten seconds is tolerated.
        var issued = DateTimeOffset.UtcNow - options.TokenLifetime - TimeSpan.FromSeconds(10 - 4);
        var issuer = new TokenIssuer(_app.Services.GetRequiredService<SigningKeyRing>(), options, new FakeTimeProvider(issued));
        await using var stream = await FollowAsync(issuer.Issue(customer.Id, [Roles.Customer]).AccessToken, id);

        await EndsAsync(stream);
    }

    /// <summary>A stream that does not end would keep the test waiting for ever.</summary>
    private static async Task EndsAsync(EventReader stream) =>
        Assert.Null(await stream.Next().WaitAsync(TimeSpan.FromSeconds(30), Cancellation));

    private async Task<string> PlacedAsync() => (await (await _shop.Customer()).Placed((await _shop.Product(), 1))).Text("id")!;

    /// <summary>Follows an order from its second event on.</summary>
    private Task<EventReader> FollowAsync(string token, string id, GranaryApp? app = null) =>
        EventReader.FollowAsync((app ?? _app).CreateClient(token), id, ("Last-Event-ID", "1"));
}
