using System.Net;
using Granary.Api.Auth;
using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Programs.Tests.Operations;

[Collection<TracedProduct>]
public sealed class DashboardTests(TracedProduct traced)
{
    private const string Cookie = "granary_dashboard";

    [Fact]
    public async Task Everything_under_the_dashboard_except_login_and_logout_is_for_administrators()
    {
        // The dashboard's own endpoints appear with its first visitor.
        using var admin = traced.Product.Client(traced.Product.TokenOf(UserId.From("admin"), Roles.Admin));
        using var page = await admin.GetAsync("/dashboard/", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var endpoints = traced.Product.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.Trim('/').StartsWith("dashboard", StringComparison.Ordinal)).ToList();
        var open = endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null).ToList();

        Assert.All(
            endpoints.Except(open),
            endpoint => Assert.Contains(endpoint.Metadata.OfType<IAuthorizeData>(), rule => rule.Policy == Policies.Admin));
        Assert.All(open, endpoint => Assert.Contains(endpoint.RoutePattern.RawText, (string[])["/dashboard/login", "/dashboard/logout"]));
        Assert.True(endpoints.Count > 20);
    }

    [Fact]
    public async Task A_browser_without_a_login_is_redirected_to_it_and_a_program_is_refused()
    {
        using var client = traced.Product.Client();
        using var program = await client.GetAsync("/dashboard/ClusterStats", TestContext.Current.CancellationToken);
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        using var browser = await client.GetAsync("/dashboard/", TestContext.Current.CancellationToken);
        using var elsewhere = await client.GetAsync("/users/me", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, program.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, browser.StatusCode);
        Assert.Equal("/dashboard/login", browser.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, elsewhere.StatusCode);
    }

    [Fact]
    public async Task An_administrator_logs_in_on_the_page_and_sees_the_cluster()
    {
        using var client = traced.Product.Client();
        using var login = await LogInAsync(client, "admin", Product.AdminPassword);
        var cookie = Assert.Single(login.Headers.GetValues("Set-Cookie"));
        client.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);

        using var page = await client.GetAsync("/dashboard/", TestContext.Current.CancellationToken);
        using var elsewhere = await client.GetAsync("/users/me", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Redirect, login.StatusCode);
        Assert.Equal("/dashboard/", login.Headers.Location!.ToString());
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/dashboard", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        // The dashboard updates once a second and includes the silo it runs in.
        await Eventually.HoldsAsync(
            async () =>
            {
                using var counters = await client.GetAsync("/dashboard/DashboardCounters", TestContext.Current.CancellationToken);
                return (await counters.Expect(HttpStatusCode.OK)).Number("totalActiveHostCount") == 1;
            },
            "the dashboard counts the silo",
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, elsewhere.StatusCode);
    }

    [Fact]
    public async Task A_user_who_is_not_an_administrator_gets_no_further_than_the_login()
    {
        var product = traced.Product;
        using var client = product.Client();
        var registration = new { user_name = "dashboard-guest", password = "a long enough password" };
        using var registered = await client.PostJson("/users", registration);
        await registered.Expect(HttpStatusCode.Created);
        var customer = await product.Shop.Customer();

        using var wrong = await LogInAsync(client, "admin", "not the password at all");
        using var guest = await LogInAsync(client, registration.user_name, registration.password);
        using var empty = await LogInAsync(client, "", "");
        using var bearer = await customer.Http.GetAsync("/dashboard/ClusterStats", TestContext.Current.CancellationToken);
        client.DefaultRequestHeaders.Add("Cookie", $"{Cookie}={product.TokenOf(UserId.From(registration.user_name), Roles.Customer)}");
        using var cookie = await client.GetAsync("/dashboard/ClusterStats", TestContext.Current.CancellationToken);

        Assert.All([wrong, guest, bearer, cookie], answer => Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode));
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
        Assert.All([wrong, guest, empty], answer => Assert.False(answer.Headers.Contains("Set-Cookie")));
    }

    [Fact]
    public async Task A_form_of_another_site_neither_logs_in_nor_out_and_behind_TLS_the_cookie_is_secure()
    {
        using var client = traced.Product.Client();
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var own = await LogInAsync(client, "admin", Product.AdminPassword);
        client.DefaultRequestHeaders.Add("Origin", traced.Product.Address.GetLeftPart(UriPartial.Authority));
        using var page = await LogInAsync(client, "admin", Product.AdminPassword);
        client.DefaultRequestHeaders.Remove("Origin");
        client.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        using var foreign = await LogInAsync(client, "admin", Product.AdminPassword);
        using var logout = await client.PostAsync("/dashboard/logout", null, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
        Assert.Contains("secure", Assert.Single(own.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
        Assert.All([foreign, logout], answer => Assert.Equal((HttpStatusCode.Forbidden, false), (answer.StatusCode, answer.Headers.Contains("Set-Cookie"))));
    }

    private static Task<HttpResponseMessage> LogInAsync(HttpClient client, string userName, string password) => client.PostAsync(
        "/dashboard/login",
        new FormUrlEncodedContent([new("user_name", userName), new("password", password)]),
        TestContext.Current.CancellationToken);
}
