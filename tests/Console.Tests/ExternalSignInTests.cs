using Granary.Http.Tests.Auth;
using Microsoft.AspNetCore.Builder;

namespace Granary.Console.Tests;

public sealed class ExternalSignInTests(ConsoleApp app, ExternalSignInTests.Federation federation) : IClassFixture<ExternalSignInTests.Federation>
{
    private const string Audience = "granary-api";

    [Fact]
    public async Task Who_signs_in_at_the_issuer_comes_to_the_page_that_was_asked_for_and_signs_out_again()
    {
        await using var visit = await app.Open(address: federation.Address);
        await visit.GoTo("/orders?status=paid");
        await visit.IsSound();

        await SignIn(visit).ClickAsync();

        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Orders", Exact = true })).ToBeFocusedAsync();
        Assert.EndsWith("/console/orders?status=paid", visit.Page.Url, StringComparison.Ordinal);
        await Expect(visit.Page.Locator(".account summary")).ToContainTextAsync("Ada");
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Packing" })).ToBeVisibleAsync();
        Assert.Equal("", await visit.Page.EvaluateAsync<string>("document.cookie"));
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.Locator(".account summary")).ToContainTextAsync("Ada");

        await visit.Page.Locator(".account summary").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(SignIn(visit)).ToBeVisibleAsync();
        await visit.Page.ReloadAsync();
        await Expect(SignIn(visit)).ToBeVisibleAsync();
        visit.HasNoFault();
    }

    [Theory]
    [InlineData("access_denied", Audience, "The issuer did not let you in.")]
    [InlineData("consent_required", Audience, "The issuer did not let you in: consent_required.")]
    [InlineData(null, "another-shop", "is not one for this shop")]
    public async Task Who_is_not_let_in_is_told_why_and_may_try_again(string? refusal, string audience, string words)
    {
        await using var visit = await app.Open(address: federation.Address);
        (federation.Issuer.Refusal, federation.Issuer.Audience) = (refusal, audience);
        await visit.GoTo("/orders?status=paid");

        await SignIn(visit).ClickAsync();

        await Expect(visit.Page.Locator(".notice")).ToContainTextAsync(words);
        await Expect(visit.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" })).ToHaveCountAsync(0);
        await visit.IsSound();
        (federation.Issuer.Refusal, federation.Issuer.Audience) = (null, Audience);
        await SignIn(visit).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Orders", Exact = true })).ToBeFocusedAsync();
        Assert.EndsWith("/console/orders?status=paid", visit.Page.Url, StringComparison.Ordinal);
        visit.HasNoFault();
    }

    private static ILocator SignIn(Visit visit) => visit.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in at the issuer" });

    /// <summary>An issuer and a product that trusts it.</summary>
    public sealed class Federation : IAsyncLifetime
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-console-tests-");
        private WebApplication? _app;

        public TestIssuer Issuer { get; private set; } = null!;

        /// <summary>The product's address: of another site than the issuer's, as a browser sees it.</summary>
        public Uri Address => new UriBuilder(_app!.Urls.First()) { Host = "localhost" }.Uri;

        public async ValueTask InitializeAsync()
        {
            Issuer = await TestIssuer.Start();
            _app = ConsoleApp.Build(
                _directory, $"--Granary:Auth:Authority={Issuer.Address}", $"--Granary:Auth:Audience={Audience}", $"--Granary:Auth:ClientId={TestIssuer.Client.Id}",
                $"--Granary:Auth:ClientSecret={TestIssuer.Client.Secret}", "--Granary:Auth:Scopes=openid profile orders");
            await _app.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _app!.StopAsync();
            await _app.DisposeAsync();
            await Issuer.DisposeAsync();
            _directory.Delete(recursive: true);
        }
    }
}
