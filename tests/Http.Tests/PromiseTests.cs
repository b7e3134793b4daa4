using System.Net;
using Granary.Api.Products.Cache;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests;

/// <summary>
/// Every operation answers with every problem that the document promises for it and that the way of the request decides, and
/// with no such problem that is not promised: storage that is away, a fault, too much load, a token, a body.
/// </summary>
public sealed class PromiseTests(PromiseTests.FaultyApp faulty) : IClassFixture<PromiseTests.FaultyApp>
{
    private readonly GranaryApp _app = faulty.App;

    [Theory]
    [InlineData(Faults.StorageAway, 503, "unavailable")]
    [InlineData(Faults.Bug, 500, "internal")]
    public async Task An_operation_tells_of_a_fault_behind_it(string fault, int status, string problem)
    {
        // Otherwise the filter of known SKUs answers without asking.
        _app.Services.GetRequiredService<ProductCache>().Announce(Operation.Sku);
        using var admin = _app.CreateClient(_app.AdminToken);

        foreach (var operation in await Promising(problem))
        {
            using var answer = await operation.Send(admin, (Faults.Header, fault));

            await Expect(answer, operation, status, problem);
        }
    }

    [Fact]
    public async Task An_operation_tells_that_the_server_is_overloaded()
    {
        using var admin = _app.CreateClient(_app.AdminToken);
        var operations = await Promising("overloaded");
        var admission = _app.Services.GetRequiredService<Admission>();
        while (!admission.TryEnter())
        {
            await Task.Yield();
        }

        try
        {
            foreach (var operation in operations)
            {
                using var answer = await operation.Send(admin);

                await Expect(answer, operation, 503, "overloaded");
            }
        }
        finally
        {
            admission.Leave();
        }
    }

    [Fact]
    public async Task An_operation_refuses_a_user_whose_account_is_suspended()
    {
        var id = await _app.Register(Roles.Admin);
        await _app.Services.GetRequiredService<IGrainFactory>().GetGrain<IUserGrain>(id).Suspend(UserId.System);
        using var suspended = _app.CreateClient(_app.TokenOf(id, Roles.Admin));

        foreach (var operation in (await Promising("user-suspended")).Where(operation => operation.NeedsToken))
        {
            using var answer = await operation.Send(suspended);

            await Expect(answer, operation, 403, "user-suspended");
        }
    }

    [Fact]
    public async Task An_operation_that_reads_a_body_refuses_one_that_is_not_JSON_or_too_large()
    {
        using var admin = _app.CreateClient(_app.AdminToken);

        foreach (var operation in await Promising("unsupported-media-type"))
        {
            using var malformed = await operation.Send(admin, body: "{");
            await Expect(malformed, operation, 400, "validation");

            using var text = Request(operation, new StringContent("{}"));
            using var unsupported = await admin.SendAsync(text, TestContext.Current.CancellationToken);
            await Expect(unsupported, operation, 415, "unsupported-media-type");

            using var large = Request(operation, new StringContent(new string(' ', 65_537), null, "application/json"));

            // The client waits for the server's word before it sends what is refused.
            large.Headers.ExpectContinue = true;
            using var tooLarge = await admin.SendAsync(large, TestContext.Current.CancellationToken);
            await Expect(tooLarge, operation, 413, "payload-too-large");
        }
    }

    [Fact]
    public async Task An_operation_without_a_body_does_not_look_at_the_type_of_one()
    {
        using var admin = _app.CreateClient(_app.AdminToken);

        foreach (var operation in (await Operation.AllOf(_app)).Where(operation => operation.Body is null && operation.Name != "FollowOrder"))
        {
            using var request = Request(operation, new StringContent("", System.Text.Encoding.Unicode, "text/plain"));
            using var answer = await admin.SendAsync(request, TestContext.Current.CancellationToken);

            Assert.True(answer.StatusCode != HttpStatusCode.UnsupportedMediaType, operation.Name);
        }
    }

    [Fact]
    public async Task An_operation_on_what_does_not_exist_finds_nothing()
    {
        using var admin = _app.CreateClient(_app.AdminToken);

        foreach (var operation in await Promising("not-found"))
        {
            using var answer = await operation.Send(admin);

            await Expect(answer, operation, 404, "not-found");
        }
    }

    [Fact]
    public async Task An_operation_that_reads_If_Match_refuses_one_out_of_form()
    {
        using var admin = _app.CreateClient(_app.AdminToken);

        // A read costs nothing to answer in full.
        foreach (var operation in (await Promising("precondition-failed")).Where(operation => operation.Method != HttpMethod.Get))
        {
            using var answer = await admin.SendJson(operation.Method, operation.Path, operation.Body, ("If-Match", "nonsense"));

            var problem = await Expect(answer, operation, 400, "validation");
            Assert.True(problem.At("errors").TryGetProperty("If-Match", out _), operation.Name);
        }
    }

    [Theory]
    [InlineData("/orders?limit=0")]
    [InlineData("/products?limit=0")]
    [InlineData("/webhooks?limit=0")]
    [InlineData("/webhooks/none/deliveries?limit=0")]
    [InlineData("/users/none/statement?limit=0")]
    [InlineData("/users?limit=0")]
    [InlineData("/audit?limit=0")]
    [InlineData("/stock?limit=0")]
    [InlineData("/dead-letters?limit=0")]
    [InlineData("/products/NONE/stock-adjustments?limit=0")]
    public async Task A_list_refuses_a_page_out_of_bounds(string path)
    {
        using var admin = _app.CreateClient(_app.AdminToken);

        using var answer = await admin.SendJson(HttpMethod.Get, path);

        await answer.ExpectProblem(400, "validation");
    }

    [Theory]
    [InlineData(Faults.PriceMoves, "price-moving")]
    [InlineData(Faults.InFlight, "idempotency-in-flight")]
    public async Task Placing_tells_that_it_may_be_repeated_soon(string refusal, string problem)
    {
        var placing = (await Promising(problem)).Single();
        using var admin = _app.CreateClient(_app.AdminToken);

        using var answer = await placing.Send(admin, (Faults.Header, refusal));

        await answer.ExpectProblem(409, problem);
        Assert.True(answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_delivery_of_a_disabled_webhook_is_not_sent_again()
    {
        var redeliver = (await Operation.AllOf(_app)).Single(operation => operation.Name == "Redeliver");
        using var admin = _app.CreateClient(_app.AdminToken);

        using var answer = await redeliver.Send(admin, (Faults.Header, Faults.ReceiverGone));

        var problem = await answer.ExpectProblem(409, "illegal-transition");
        Assert.Equal("disabled", problem.Text("current_status"));
    }

    [Fact]
    public async Task Paying_tells_when_a_provider_that_fails_is_tried_again()
    {
        var paying = (await Promising("payment-provider-unavailable")).Single();
        using var admin = _app.CreateClient(_app.AdminToken);

        using var answer = await paying.Send(admin, (Faults.Header, Faults.ProviderAway));

        await answer.ExpectProblem(503, "payment-provider-unavailable");
        Assert.Equal(TimeSpan.FromMinutes(1), answer.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task An_operation_tells_a_hasty_caller_to_wait()
    {
        await using var tight = await GranaryApp.StartWith("--Granary:RateLimit:PermitsPerSecond=1", "--Granary:RateLimit:Burst=1");
        await tight.Contract();
        foreach (var operation in await Promising("too-many-requests"))
        {
            using var hasty = tight.CreateClient(tight.TokenOf(await tight.Register(Roles.Admin), Roles.Admin));
            HttpResponseMessage answer;
            var sent = 0;
            while ((answer = await operation.Send(hasty)).StatusCode != HttpStatusCode.TooManyRequests && ++sent < 100)
            {
                answer.Dispose();
            }

            await Expect(answer, operation, 429, "too-many-requests");
            answer.Dispose();
        }
    }

    private async Task<IReadOnlyList<Operation>> Promising(string problem)
    {
        var operations = (await Operation.AllOf(_app)).Where(operation => operation.Problems.Contains(problem)).ToList();
        Assert.NotEmpty(operations);
        return operations;
    }

    private static async Task<System.Text.Json.JsonElement> Expect(HttpResponseMessage answer, Operation operation, int status, string slug)
    {
        var problem = await answer.Body();
        Assert.True(
            (int)answer.StatusCode == status && problem.Text("type") == "/problems/" + slug,
            $"{operation.Name}: {slug} was expected: {(int)answer.StatusCode} {problem}");
        return problem;
    }

    private static HttpRequestMessage Request(Operation operation, HttpContent body)
    {
        var request = new HttpRequestMessage(operation.Method, operation.Path) { Content = body };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        if (operation.NeedsKey)
        {
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        }

        return request;
    }

    /// <summary>An application that works on one request at a time, with the doubles of <see cref="Faults"/>.</summary>
    public sealed class FaultyApp : IAsyncLifetime
    {
        public GranaryApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            App = await GranaryApp.StartWith(
                Faults.AddTo, "--Granary:LoadShedding:MaxConcurrent=1", "--Granary:LoadShedding:MaxQueued=0");
            await App.Contract();
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
