using System.Security.Claims;
using Granary.Api.Auth;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.Auth;

public sealed class VerifiedTokensTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_token_is_cached_until_it_expires_and_not_longer()
    {
        var tokens = new VerifiedTokens(_time);
        var result = Result(lifetime: TimeSpan.FromMinutes(10));
        tokens.Remember(tokens.Current, "a token", result);

        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Same(result, tokens.Find("a token"));
        Assert.Null(tokens.Find("another token"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(tokens.Find("a token"));
    }

    [Fact]
    public void A_cached_token_authenticates_its_caller_while_it_is_cached()
    {
        var tokens = new VerifiedTokens(_time);
        tokens.Remember(tokens.Current, "a token", Result(lifetime: TimeSpan.FromMinutes(10)));

        Assert.NotNull(tokens.Find("a token"));
        Assert.Null(tokens.Find("a toke"));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(tokens.Find("a token"));
    }

    [Fact]
    public void The_cache_of_tokens_is_bounded_and_keeps_the_token_in_use()
    {
        var tokens = new VerifiedTokens(_time, capacity: 100);
        var result = Result(lifetime: TimeSpan.FromMinutes(10));
        tokens.Remember(tokens.Current, "in use", result);
        for (var i = 0; i < 10_000; i++)
        {
            tokens.Remember(tokens.Current, $"token {i}", result);
            Assert.NotNull(tokens.Find("in use"));
        }

        Assert.InRange(tokens.Count, 1, 100);
        Assert.Null(tokens.Find("token 0"));
    }

    [Fact]
    public void After_a_key_was_removed_every_token_is_verified_again()
    {
        var tokens = new VerifiedTokens(_time);
        tokens.Remember(tokens.Current, "a token", Result(lifetime: TimeSpan.FromMinutes(10)));

        tokens.Clear();

        Assert.Null(tokens.Find("a token"));
    }

    [Fact]
    public void A_token_that_was_being_verified_when_a_key_was_removed_is_not_cached()
    {
        var tokens = new VerifiedTokens(_time, capacity: 4);
        var asOf = tokens.Current;
        tokens.Clear();

        foreach (var token in (string[])["a token", "b token", "c token"])
        {
            tokens.Remember(asOf, token, Result(lifetime: TimeSpan.FromMinutes(10)));
        }

        Assert.Null(tokens.Find("a token"));
        Assert.Equal(0, tokens.Count);
    }

    private VerifiedToken Result(TimeSpan lifetime) => new(new ClaimsIdentity(), _time.GetUtcNow().UtcDateTime + lifetime);
}
