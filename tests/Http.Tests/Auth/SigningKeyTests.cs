using Granary.Hosting.Auth;
using Granary.Hosting.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.Auth;

public sealed class SigningKeyTests : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-keys-");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_generated_key_is_readable_by_its_owner_only_and_survives_a_restart()
    {
        var first = await Ring();
        var second = await Ring();

        Assert.Equal(first.Current.Secret, second.Current.Secret);
        Assert.All(_directory.GetFiles(), file =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode));
    }

    [Fact]
    public async Task Processes_that_start_together_agree_on_one_key()
    {
        var rings = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(Ring)));

        Assert.Single(rings.Select(ring => ring.Current.Id).Distinct());
    }

    [Fact]
    public async Task A_new_key_signs_only_when_every_process_must_have_read_it()
    {
        var here = await Ring();
        var there = await Ring();
        var old = here.Current;
        _time.Advance(TimeSpan.FromDays(1));

        await here.RotateAsync(revokePrevious: false, TestContext.Current.CancellationToken);
        Assert.Equal(old, here.Current);

        _time.Advance(SigningKeyRing.Propagation);
        await there.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(old, here.Current);
        Assert.Equal(here.Current, there.Current);
    }

    [Fact]
    public async Task The_previous_key_verifies_until_its_last_token_has_expired_and_is_then_removed()
    {
        var ring = await Ring();
        var old = ring.Current;
        await ring.RotateAsync(revokePrevious: false, TestContext.Current.CancellationToken);

        // The old key signs during propagation; its last token expires a lifetime later.
        _time.Advance(SigningKeyRing.Propagation + Lifetime);
        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Equal(old, ring.Find(old.Id));

        _time.Advance(Lifetime);
        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Null(ring.Find(old.Id));
    }

    [Fact]
    public async Task A_key_that_has_reached_its_lifetime_is_replaced()
    {
        var ring = await Ring();
        var old = ring.Current;

        _time.Advance(TimeSpan.FromDays(91));
        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        _time.Advance(SigningKeyRing.Propagation);

        Assert.NotEqual(old, ring.Current);
        Assert.Equal(old, ring.Find(old.Id));
    }

    [Fact]
    public async Task Revoking_removes_the_old_keys_at_once_and_raises_the_event()
    {
        var ring = await Ring();
        var old = ring.Current;
        var told = 0;
        ring.KeyRemoved += () => told++;

        await ring.RotateAsync(revokePrevious: true, TestContext.Current.CancellationToken);

        Assert.Null(ring.Find(old.Id));
        Assert.NotEqual(old, ring.Current);
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task Of_configured_keys_the_first_signs_and_all_verify()
    {
        var (current, previous) = (SigningKey.Generate(_time.GetUtcNow()), SigningKey.Generate(_time.GetUtcNow()));
        var options = Options($"{Convert.ToBase64String(current.Secret)},{Convert.ToBase64String(previous.Secret)}");
        var ring = new SigningKeyRing(new ConfiguredSigningKeys(options.SigningKeys), options, _time);
        await ring.RefreshAsync(TestContext.Current.CancellationToken);

        Assert.Equal(current.Id, ring.Current.Id);
        Assert.NotNull(ring.Find(previous.Id));
        await Assert.ThrowsAsync<NotSupportedException>(
            () => ring.RotateAsync(revokePrevious: false, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("too short")]
    [InlineData("c2hvcnQ=")]
    public void A_weak_configured_key_stops_the_start_and_names_the_setting(string key) =>
        Assert.Equal("Granary:Auth:SigningKey", Assert.Throws<InvalidConfigurationException>(() => Options(key)).Key);

    public void Dispose() => _directory.Delete(recursive: true);

    private async Task<SigningKeyRing> Ring()
    {
        var ring = new SigningKeyRing(new FileSigningKeys(_directory.FullName), Options(null), _time);
        await ring.RefreshAsync(TestContext.Current.CancellationToken);
        return ring;
    }

    private static AuthOptions Options(string? signingKey) => AuthOptions.From(new SettingsReader(new ConfigurationBuilder()
        .AddInMemoryCollection([new("Granary:Auth:SigningKey", signingKey), new("Granary:Auth:TokenLifetime", Lifetime.ToString())])
        .Build()));
}
