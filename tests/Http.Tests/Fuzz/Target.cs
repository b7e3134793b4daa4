using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Granary.Api.Docs;
using Granary.Grains.Interfaces.Users;
using Granary.Http.Tests;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Fuzz;

/// <summary>One endpoint of the application, with a valid body.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Pattern">The route pattern.</param>
/// <param name="Example">A valid body, or null.</param>
internal sealed record Target(string Method, string Pattern, JsonNode? Example)
{
    /// <summary>Every endpoint that the application has.</summary>
    public static IReadOnlyList<Target> All(GranaryApp app) =>
    [
        .. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint =>
            (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => new Target(
                method,
                "/" + endpoint.RoutePattern.RawText!.Trim('/'),
                endpoint.Metadata.GetMetadata<RequestExample>() is { } example ? JsonNode.Parse(example.Body) : null))),
    ];

    /// <summary>
    /// Whether a valid request makes the server hash a password, which takes longer than a hundred other requests.
    /// </summary>
    public bool IsSlow => Pattern is "/users" or "/auth/token" or "/console/session";
}

/// <summary>The data of valid requests: existing resources, and users with permission.</summary>
internal sealed partial record Scene(string Sku, string UserId, IReadOnlyList<string> Orders, IReadOnlyList<string> Tokens)
{
    public static async Task<Scene> Set(GranaryApp app)
    {
        var shop = app.OpenShop();
        var sku = await shop.Product(stock: 1_000_000, price: 1);
        var customer = await shop.Customer();
        var orders = new List<string>();
        for (var i = 0; i < 50; i++)
        {
            orders.Add((await customer.Placed((sku, 1))).Text("id")!);
        }

        return new Scene(
            sku,
            await app.Register(Roles.Customer),
            orders,
            [
                app.AdminToken,
                app.LastingTokenOf(customer.Id, Roles.Customer),
                app.LastingTokenOf(await app.Register(Roles.Customer), Roles.Customer),
                app.LastingTokenOf(await app.Register(Roles.Operator), Roles.Operator),
            ]);
    }

    /// <summary>A path to an existing resource.</summary>
    public string PathOf(string pattern, Random random) => Parameter().Replace(pattern, match => match.Groups[1].Value switch
    {
        "sku" => Sku,
        "id" when pattern.StartsWith("/users", StringComparison.Ordinal) => UserId,
        "id" => random.Pick(Orders),
        "slug" => "validation",
        "documentName" => "v1",
        _ => "1",
    });

    [GeneratedRegex(@"\{(?:\*\*?)?(\w+)[^}]*\}", RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();
}
