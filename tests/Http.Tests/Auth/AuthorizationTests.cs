using System.Net;
using Granary.Api.Auth;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Payments.Providers;
using Granary.Hosting.Auth;
using Granary.Streams;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Granary.Http.Tests.Auth;

/// <summary>Every endpoint against every kind of caller, by the table of <see cref="AuthorizationMatrix"/>.</summary>
public sealed class AuthorizationTests(GranaryApp app)
{
    private static readonly HttpStatusCode[] AboutTheCaller =
        [HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound];

    private const string UnknownKey = "unknown API key";

    public static TheoryData<MatrixRow> Rows => [.. AuthorizationMatrix.Rows];

    [Fact]
    public void Every_endpoint_is_in_the_table()
    {
        var endpoints = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()

            // Behind its one endpoint the dashboard has its own, which appear with its first visitor; DashboardTests checks them.
            .Where(endpoint => !PatternOf(endpoint).StartsWith("/dashboard", StringComparison.Ordinal) || PatternOf(endpoint) == "/dashboard/{**path}")
            // HEAD goes the way of GET; HeadTests holds the two against each other.
            .SelectMany(endpoint => MethodsOf(endpoint).Except(["HEAD"]).Select(method => $"{method} {PatternOf(endpoint)}"))
            .ToHashSet();
        var rows = AuthorizationMatrix.Rows.Select(row => row.Endpoint).ToHashSet();

        Assert.Empty(endpoints.Except(rows));
        Assert.Empty(rows.Except(endpoints));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task An_endpoint_refuses_callers_without_permission(MatrixRow row)
    {
        var scene = await Scene.Set(app, row);

        Assert.All(await AnswersToBadTokens(row, scene), answer => AssertWithoutToken(row, answer));
        await Expect(row, scene, row.Other, scene.Other, "other customer");
        await Expect(row, scene, row.Operator, scene.Operator, "operator");
        await Expect(row, scene, row.Owner, scene.Owner, "owner");
        await Expect(row, scene, row.Admin, scene.Admin, "admin");
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task An_endpoint_lets_in_only_API_keys_with_its_scope(MatrixRow row)
    {
        var scene = await Scene.Set(app, row);
        foreach (var (scope, key) in (await app.ApiKeys()).OrderBy(key => key.Key == row.Scope))
        {
            using var answer = await Send(row, scene, key);
            var problem = answer.StatusCode == HttpStatusCode.Forbidden ? await answer.Body() : default;
            if (scope == row.Scope || (row.Open && row.Scope is null))
            {
                Assert.True(!AboutTheCaller.Contains(answer.StatusCode) && (int)answer.StatusCode < 500, $"{row} for {scope}: {answer.StatusCode}");
                continue;
            }

            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{row} for {scope}: {answer.StatusCode}");
            Assert.Equal(row.Scope is null ? "/problems/forbidden" : "/problems/insufficient-scope", problem.Text("type"));
            Assert.Equal(row.Scope, problem.TryGetProperty("required_scope", out var required) ? required.GetString() : null);
        }
    }

    private async Task<IReadOnlyList<(string Caller, HttpResponseMessage Answer)>> AnswersToBadTokens(MatrixRow row, Scene scene)
    {
        var forged = scene.Owner[..^20] + (scene.Owner[^20] == 'A' ? 'B' : 'A') + scene.Owner[^19..];
        return
        [
            ("no token", await Send(row, scene, null)),
            ("bad signature", await Send(row, scene, forged)),
            ("expired", await Send(row, scene, scene.Expired)),
            ("other audience", await Send(row, scene, scene.OtherAudience)),
            (UnknownKey, await Send(row, scene, ApiKeyText.Generate().Text)),
        ];
    }

    private static void AssertWithoutToken(MatrixRow row, (string Caller, HttpResponseMessage Answer) got)
    {
        var isOpen = row.Open && (row.Scope is null || got.Caller != UnknownKey);
        if (isOpen)
        {
            Assert.DoesNotContain(got.Answer.StatusCode, AboutTheCaller);
            return;
        }

        Assert.True(got.Answer.StatusCode == HttpStatusCode.Unauthorized, $"{got.Caller}: {got.Answer.StatusCode}");
        Assert.Equal("Bearer", got.Answer.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("application/problem+json", got.Answer.Content.Headers.ContentType?.MediaType);
    }

    private async Task Expect(MatrixRow row, Scene scene, Access access, string token, string caller)
    {
        using var answer = await Send(row, scene, token);
        var status = answer.StatusCode;
        var asTold = access switch
        {
            Access.Role => status == HttpStatusCode.Forbidden,
            Access.Hidden => status == HttpStatusCode.NotFound,
            _ => (int)status < 500 && !AboutTheCaller.Contains(status),
        };
        Assert.True(asTold, $"{row} for {caller}: {(int)status} where the table says {access}");
    }

    private async Task<HttpResponseMessage> Send(MatrixRow row, Scene scene, string? token)
    {
        var (method, pattern) = (row.Endpoint.Split(' ')[0], row.Endpoint.Split(' ')[1]);
        var path = pattern.Replace("{sku}", scene.Sku, StringComparison.Ordinal)
            .Replace("{slug}", "validation", StringComparison.Ordinal)
            // A caller who may claim is refused for the form: the paid orders belong to other tests.
            .Replace("claim-next", "claim-next?of=none", StringComparison.Ordinal)
            // The same: before the first night there is no comparison, which is 404.
            .Replace("reconciliation", "reconciliation?of=none", StringComparison.Ordinal)
            .Replace("{**path}", "", StringComparison.Ordinal)
            .Replace("{documentName}", "v1", StringComparison.Ordinal)
            .Replace("{documentName?}", "v1", StringComparison.Ordinal)
            .Replace("{id}", IdOf(pattern, scene), StringComparison.Ordinal)
            .Replace("{provider}", SandboxProvider.ProviderName, StringComparison.Ordinal)
            .Replace("{delivery}", scene.Delivery, StringComparison.Ordinal);
        using var client = app.CreateClient(token);
        var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = row.Body is null ? null : System.Net.Http.Json.JsonContent.Create(row.Body, row.Body.GetType()),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        if (pattern.EndsWith("/payments", StringComparison.Ordinal) || pattern.EndsWith("/refunds", StringComparison.Ordinal))
        {
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        }

        if (pattern.StartsWith("/payment-webhooks", StringComparison.Ordinal))
        {
            var (headers, body) = SandboxProvider.EventOf("evt_none", "captured", scene.OrderId, DateTimeOffset.UtcNow);
            request.Content = new ByteArrayContent(body);
            foreach (var (name, value) in headers)
            {
                request.Headers.Add(name, value);
            }
        }

        // Read only the headers: a stream of events would not end.
        return await client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static string IdOf(string pattern, Scene scene) => pattern.Split('/')[1] switch
    {
        "users" => scene.OwnerId,
        "webhooks" => scene.Webhook,
        "api-keys" => "key_0000000000000000",
        "dead-letters" => scene.Letter,
        "payments" or "sandbox" => scene.Payment,
        _ => scene.OrderId,
    };

    private static IReadOnlyList<string> MethodsOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["ANY"];

    private static string PatternOf(RouteEndpoint endpoint)
    {
        return "/" + endpoint.RoutePattern.RawText!.Trim('/');
    }

    /// <summary>
    /// An order that its owner has just placed, the other callers, and a webhook with a delivery if one is needed.
    /// </summary>
    private sealed record Scene(
        string Sku, string OrderId, string OwnerId, string Owner, string Other, string Operator, string Admin, string Expired, string OtherAudience)
    {
        public string Webhook { get; private set; } = "";

        public string Delivery { get; private set; } = "";

        public string Letter { get; private set; } = "";

        public string Payment { get; private set; } = "";

        public static async Task<Scene> Set(GranaryApp app, MatrixRow row)
        {
            var shop = app.OpenShop();
            var sku = await shop.Product();
            var owner = await shop.Customer();
            var order = await owner.Placed((sku, 1));
            var scene = new Scene(
                sku,
                order.Text("id")!,
                owner.Id,
                app.TokenOf(owner.Id, Roles.Customer),
                app.TokenOf(await app.Register(Roles.Customer), Roles.Customer),
                app.TokenOf(await app.Register(Roles.Operator), Roles.Operator),
                app.TokenOf(await app.Register(Roles.Admin), Roles.Admin),
                Issuer(app, new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(-2))).Issue(owner.Id, [Roles.Admin]).AccessToken,
                Issuer(app, TimeProvider.System, audience: "elsewhere").Issue(owner.Id, [Roles.Admin]).AccessToken);
            if (row.Endpoint.Contains("/webhooks/{id}", StringComparison.Ordinal))
            {
                await scene.Amend(shop);
            }

            if (row.Endpoint.Contains("/payments/{id}", StringComparison.Ordinal))
            {
                await scene.Pay(owner);
            }

            if (row.Endpoint.Contains("/dead-letters/{id}", StringComparison.Ordinal))
            {
                await scene.SetAside(app.Services.GetRequiredService<IStreamStore>());
            }

            return scene;
        }

        /// <summary>Begins an external payment that waits for the payer.</summary>
        private async Task Pay(Customer customer)
        {
            var wish = new { items = new[] { new { sku = Sku, quantity = 1 } }, payment_method = "external" };
            using var placed = await customer.Http.PostJson("/orders", wish);
            var order = (await placed.Expect(HttpStatusCode.Created)).Text("id");
            using var paid = await customer.Http.PostJson($"/orders/{order}/payments", new { token = "tok_3ds" }, ("Idempotency-Key", "key"));
            Payment = (await paid.Expect(HttpStatusCode.Accepted)).Text("id")!;
        }

        /// <summary>Leaves a dead letter of a plain subscriber.</summary>
        private async Task SetAside(IStreamStore store)
        {
            var letter = new DeadLetter("subscription:none", 0, 1, "order/" + OrderId, 1, "order.placed", "", 1, DateTimeOffset.UtcNow);
            await store.AddDeadLettersAsync([letter], TestContext.Current.CancellationToken);
            Letter = $"{letter.Consumer}.{letter.Position}";
        }

        /// <summary>Amends the order, so that a webhook without a listening receiver gets an event.</summary>
        private async Task Amend(Shop shop)
        {
            var webhook = new { url = "https://127.0.0.1:8/hook", events = new[] { "order.amended" } };
            using var registered = await shop.Staff.PostJson("/webhooks", webhook);
            Webhook = (await registered.Expect(HttpStatusCode.Created)).Text("id")!;
            using var amended = await shop.Staff.SendJson(
                HttpMethod.Put, "/orders/" + OrderId, new { note = "ring twice" }, ("If-Match", "*"));
            await amended.Expect(HttpStatusCode.OK);
            await Eventually.HoldsAsync(async () =>
            {
                using var log = await shop.Staff.SendJson(HttpMethod.Get, $"/webhooks/{Webhook}/deliveries");
                Delivery = (await log.Body()).At("data").EnumerateArray()
                    .SingleOrDefault(delivery => delivery.Text("order_id") == OrderId) is { ValueKind: System.Text.Json.JsonValueKind.Object } found
                    ? found.Text("id")!
                    : "";
                return Delivery.Length > 0;
            }, cancellation: TestContext.Current.CancellationToken);
        }

        private static TokenIssuer Issuer(GranaryApp app, TimeProvider time, string? audience = null)
        {
            var options = app.Services.GetRequiredService<AuthOptions>();
            return new TokenIssuer(
                app.Services.GetRequiredService<SigningKeyRing>(),
                options with { Audience = audience ?? options.Audience },
                time);
        }
    }
}
