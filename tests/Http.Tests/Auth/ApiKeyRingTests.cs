using Granary.Api.Auth;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.Auth;

/// <summary>What front ends know of the API keys, on a clock that the test sets.</summary>
public sealed class ApiKeyRingTests(GranaryApp app)
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly IApiKeysGrain _keys = app.Services.GetRequiredService<IGrainFactory>().GetGrain<IApiKeysGrain>(ApiKeyText.Ring);

    [Fact]
    public async Task A_revoked_key_ends_on_every_front_end_within_two_seconds()
    {
        var text = await app.ApiKey(Scopes.OrdersRead);
        ApiKeyRing[] frontEnds = [NewRing(), NewRing()];
        foreach (var ring in frontEnds)
        {
            await ring.EnsureAsync(text);
            Assert.True(ring.Verify(text).IsValid);
        }

        await _keys.Revoke(ApiKeyText.IdOf(text)!, UserId.System);
        _time.Advance(TimeSpan.FromSeconds(1.4));

        foreach (var ring in frontEnds)
        {
            await ring.EnsureAsync(text);
            Assert.False(ring.Verify(text).IsValid);
        }
    }

    [Fact]
    public async Task A_key_that_another_front_end_has_just_created_is_known()
    {
        var ring = NewRing();
        await ring.EnsureAsync(await app.ApiKey(Scopes.OrdersRead));
        var text = await app.ApiKey(Scopes.OrdersRead);

        await ring.EnsureAsync(text);

        Assert.True(ring.Verify(text).IsValid);
    }

    [Fact]
    public async Task A_request_with_a_known_key_asks_nobody()
    {
        var text = await app.ApiKey(Scopes.OrdersRead);
        var ring = NewRing();
        await ring.EnsureAsync(text);

        Assert.True(ring.EnsureAsync(text).AsTask().IsCompletedSuccessfully);
        Assert.Same(ring.Verify(text), ring.Verify(text));
    }

    private ApiKeyRing NewRing() => new(app.Services.GetRequiredService<IGrainFactory>(), _time, NullLogger<ApiKeyRing>.Instance);
}
