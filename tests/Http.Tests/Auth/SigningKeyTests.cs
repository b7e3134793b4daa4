using System.Net;
using Granary.Commands;
using Granary.Hosting.Auth;
using Granary.Hosting.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Spectre.Console;

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

    [Theory]
    [InlineData("{damaged")]
    [InlineData("[]")]
    [InlineData(null)]
    public async Task A_running_process_keeps_its_keys_when_the_file_is_damaged_or_gone(string? content)
    {
        var ring = await Ring();
        var key = ring.Current;
        var file = FileSigningKeys.FileIn(_directory.FullName);
        if (content is null)
        {
            File.Delete(file);
            await ring.RefreshAsync(TestContext.Current.CancellationToken);

            // It puts them back, for itself and for the next start.
            Assert.Equal(key, (await Ring()).Current);
        }
        else
        {
            await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<InvalidDataException>(() => ring.RefreshAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(key, ring.Current);
    }

    [Fact]
    public async Task Revoked_keys_are_named_and_their_tokens_are_refused_by_the_running_product()
    {
        Assert.True(SigningKeyRing.ReloadInterval < TimeSpan.FromSeconds(1));
        await using var app = await GranaryApp.StartWith();
        using var client = app.CreateClient(app.AdminToken);
        using (var before = await client.GetAsync("/users/me", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        }

        var old = app.Services.GetRequiredService<SigningKeyRing>().Current.Id;

        // In the wrong directory it revokes nothing, and says so.
        var elsewhere = _directory.CreateSubdirectory("elsewhere").FullName;
        await File.WriteAllTextAsync(Path.Combine(elsewhere, "granary.db"), "", TestContext.Current.CancellationToken);
        var (refused, nothing) = await RevokeIn(elsewhere);
        Assert.Equal(1, refused);
        Assert.Contains($"There is no signing key in {FileSigningKeys.FileIn(elsewhere)}", nothing, StringComparison.Ordinal);
        Assert.False(File.Exists(FileSigningKeys.FileIn(elsewhere)));

        var (code, output) = await RevokeIn(app.DataDirectory);

        Assert.Equal(0, code);
        Assert.Contains($"Revoked in {FileSigningKeys.FileIn(app.DataDirectory)}: {old}.", output, StringComparison.Ordinal);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var after = await client.GetAsync("/users/me", TestContext.Current.CancellationToken);
                return after.StatusCode == HttpStatusCode.Unauthorized;
            },
            "the token of the revoked key is refused",
            cancellation: TestContext.Current.CancellationToken);
    }

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

    private static async Task<(int Code, string Output)> RevokeIn(string directory)
    {
        await using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Interactive = InteractionSupport.No });
        var code = await CommandLine.RunAsync(
            ["rotate-signing-key", "--revoke-previous", $"--Granary:DataDirectory={directory}"],
            _ => throw new InvalidOperationException("The product was to run."), console, output);
        return (code, output.ToString());
    }
}
