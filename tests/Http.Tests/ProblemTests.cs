using System.Net;
using Granary.Problems;

namespace Granary.Http.Tests;

public sealed class ProblemTests(GranaryApp app)
{
    private readonly HttpClient _anyone = app.CreateClient();

    public static TheoryData<string> Slugs => [.. ProblemTypes.All.Select(type => type.Slug)];

    [Theory]
    [MemberData(nameof(Slugs))]
    public async Task Every_problem_type_has_a_page(string slug)
    {
        using var response = await _anyone.SendJson(HttpMethod.Get, "/problems/" + slug);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("/problems/" + slug, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void Slugs_are_unique() => Assert.Distinct(ProblemTypes.All.Select(type => type.Slug));

    [Theory]
    [InlineData("abc-123", true)]
    [InlineData("", false)]
    [InlineData("two words", false)]
    [InlineData("129", false)]
    public async Task A_sane_request_id_is_kept_and_any_other_replaced(string id, bool kept)
    {
        var sent = id == "129" ? new string('i', 129) : id;

        using var response = await _anyone.SendJson(HttpMethod.Get, "/products/none", null, ("X-Request-Id", sent));

        var problem = await response.ExpectProblem(404, "not-found");
        Assert.Equal(kept, problem.Text("request_id") == sent);
    }
}
