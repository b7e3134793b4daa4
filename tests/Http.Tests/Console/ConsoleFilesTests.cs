using System.Net;
using System.Net.Http.Headers;
using Granary.Api.Console;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Console;

public sealed class ConsoleFilesTests(GranaryApp app) : IDisposable
{
    private const int MostBytes = 120 * 1024;

    private readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = app.Address };

    public void Dispose() => _browser.Dispose();

    [Fact]
    public async Task The_root_leads_to_the_console()
    {
        using var answer = await _browser.SendJson(HttpMethod.Get, "/");

        Assert.Equal((HttpStatusCode.Found, "/console"), (answer.StatusCode, answer.Headers.Location?.ToString()));
    }

    [Theory]
    [InlineData("/console")]
    [InlineData("/console/")]
    [InlineData("/console/orders")]
    [InlineData("/console/stock/CUP-1.5")]
    public async Task Every_address_of_a_page_is_answered_with_the_page(string path)
    {
        using var answer = await _browser.SendJson(HttpMethod.Get, path);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'",
            answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("data-sign-in=\"password\" data-currency=\"USD\" data-payments=\"sandbox\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<style", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?![^>]* src=\"/console/app/)", page);
    }

    [Fact]
    public async Task A_file_that_does_not_exist_is_no_page()
    {
        using var answer = await _browser.SendJson(HttpMethod.Get, "/console/app/none.js");

        await answer.ExpectProblem(404, "not-found");
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData("identity")]
    public async Task A_file_is_sent_in_the_form_that_is_asked_for_and_not_again(string coding)
    {
        using var first = await _browser.SendJson(HttpMethod.Get, "/console/app/main.js", null, ("Accept-Encoding", coding));
        Assert.Equal((HttpStatusCode.OK, "text/javascript"), (first.StatusCode, first.Content.Headers.ContentType?.MediaType));
        Assert.Equal(coding == "identity" ? [] : [coding], first.Content.Headers.ContentEncoding);
        Assert.Equal(new CacheControlHeaderValue { NoCache = true }, first.Headers.CacheControl);
        Assert.False(first.Headers.ETag!.IsWeak);

        using var again = await _browser.SendJson(
            HttpMethod.Get, "/console/app/main.js", null, ("Accept-Encoding", coding), ("If-None-Match", first.Headers.ETag.ToString()));

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task All_files_together_are_less_than_120_KB_compressed()
    {
        var sizes = new Dictionary<string, long>();
        foreach (var name in app.Services.GetRequiredService<ConsoleFiles>().Names)
        {
            using var answer = await _browser.SendJson(HttpMethod.Get, "/console/app/" + name, null, ("Accept-Encoding", "gzip"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            sizes[name] = (await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length;
        }

        Assert.Contains("vendor.js", sizes.Keys);
        Assert.True(sizes.Values.Sum() < MostBytes, string.Join(", ", sizes.OrderByDescending(size => size.Value)));
    }
}
