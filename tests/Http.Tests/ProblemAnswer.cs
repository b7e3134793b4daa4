using System.Net;
using System.Text.Json;

namespace Granary.Http.Tests;

/// <summary>An answer that must be a problem of the API.</summary>
public static class ProblemAnswer
{
    /// <summary>The problem of a response that must be one, with this status and type.</summary>
    public static async Task<JsonElement> ExpectProblem(this HttpResponseMessage response, int status, string slug)
    {
        var problem = await response.Expect((HttpStatusCode)status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("/problems/" + slug, problem.Text("type"));
        Assert.Equal(status, problem.Number("status"));
        Assert.Equal(response.Headers.GetValues("X-Request-Id").Single(), problem.Text("request_id"));
        return problem;
    }
}
