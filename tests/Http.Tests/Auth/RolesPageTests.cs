using System.Text;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Auth;

/// <summary>
/// <c>docs/roles.md</c> shows what <see cref="AuthorizationTests"/> tries: what each kind of caller may do at each endpoint.
/// </summary>
public sealed class RolesPageTests(GranaryApp app)
{
    private const string Begin = "<!-- roles: compared by tests/Http.Tests/Auth/RolesPageTests.cs -->\n";
    private const string End = "<!-- /roles -->";

    [Fact]
    public void The_page_of_roles_shows_the_endpoints_and_who_may_call_them()
    {
        var page = Repository.Read("docs/roles.md");
        var shown = page[(page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)..page.IndexOf(End, StringComparison.Ordinal)];
        var made = Table();

        Assert.True(shown == made, $"docs/roles.md is to have this table between its two comments:\n{made}");
    }

    private string Table()
    {
        var summaries = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
                .Select(method => (
                    Endpoint: $"{method} /{endpoint.RoutePattern.RawText!.Trim('/')}",
                    Summary: endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary ?? "")))
            .DistinctBy(endpoint => endpoint.Endpoint)
            .ToDictionary(endpoint => endpoint.Endpoint, endpoint => endpoint.Summary);
        var table = new StringBuilder("| operation | | without a token | customer | operator | admin | API key |\n|---|---|---|---|---|---|---|\n");
        foreach (var row in AuthorizationMatrix.Rows.Where(row => !IsFile(row.Endpoint)))
        {
            string[] callers =
            [
                row.Open ? "yes" : "",
                row.Other == Access.Hidden ? Word(row.Other, row.Owner) : Word(row.Owner, row.Owner),
                Word(row.Operator, row.Owner),
                Word(row.Admin, row.Owner),
                row.Scope is { } scope ? $"`{scope}`" : row.Open ? "yes" : "",
            ];
            table.Append(null, $"| `{row.Endpoint}` | {summaries[row.Endpoint]} | {string.Join(" | ", callers)} |\n");
        }

        return table.ToString();
    }

    private static bool IsFile(string endpoint) =>
        endpoint.StartsWith("GET /docs/", StringComparison.Ordinal) || endpoint is "GET /" or "GET /console/{**path}";

    /// <summary>What a caller may do with what is another's; as the owner, callers may at least what owners may.</summary>
    private static string Word(Access access, Access owner) => access switch
    {
        Access.Yes => "yes",
        Access.Hidden when owner == Access.Yes => "own",
        _ => "",
    };
}
