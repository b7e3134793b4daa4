using System.Net;
using System.Text.Json;
using Granary.Api.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

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
    [InlineData("GET", false)]
    [InlineData("HEAD", false)]
    [InlineData("POST", true)]
    [InlineData("DELETE", true)]
    public async Task Only_the_caller_of_a_change_learns_that_it_may_have_happened(string method, bool told)
    {
        var handler = new FaultHandler(NullLogger<FaultHandler>.Instance);
        foreach (var (fault, status) in ((Exception, int)[])[(new TimeoutException(), 503), (new InvalidOperationException(), 500)])
        {
            var context = new DefaultHttpContext { Request = { Method = method }, Response = { Body = new MemoryStream() } };

            await handler.TryHandleAsync(context, fault, TestContext.Current.CancellationToken);

            context.Response.Body.Position = 0;
            var problem = await JsonSerializer.DeserializeAsync<JsonElement>(
                context.Response.Body, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(status, context.Response.StatusCode);
            Assert.Equal(told, Detail().Contains("unknown whether the request took effect", StringComparison.Ordinal));
            Assert.Equal(!told, Detail().Contains("only reads", StringComparison.Ordinal));

            string Detail() => problem.GetProperty("detail").GetString()!;
        }
    }

    [Fact]
    public async Task A_path_without_an_operation_is_told_from_a_resource_that_is_not_there()
    {
        using var path = await _anyone.PostJson("/orders/o1/frobnicate");
        using var product = await _anyone.SendJson(HttpMethod.Get, "/products/NONE-SUCH");

        Assert.StartsWith("No operation has this path.", (await path.ExpectProblem(404, "not-found")).Text("detail"), StringComparison.Ordinal);
        Assert.DoesNotContain("operation", (await product.ExpectProblem(404, "not-found")).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc-123", true)]
    [InlineData("", false)]
    [InlineData("two words", false)]
    [InlineData("129", false)]
    public async Task A_valid_request_id_is_kept_and_any_other_replaced(string id, bool kept)
    {
        var sent = id == "129" ? new string('i', 129) : id;

        using var response = await _anyone.SendJson(HttpMethod.Get, "/products/none", null, ("X-Request-Id", sent));

        var problem = await response.ExpectProblem(404, "not-found");
        Assert.Equal(kept, problem.Text("request_id") == sent);
    }
}
