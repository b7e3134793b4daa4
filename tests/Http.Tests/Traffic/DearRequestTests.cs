using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Traffic;

/// <summary>Requests that cost the server much and a caller without a token nothing.</summary>
public sealed class DearRequestTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_API_document_is_made_once_however_many_callers_ask_for_it()
    {
        var made = 0;
        await using var app = await GranaryApp.StartWith(builder => builder.Services.Configure<OpenApiOptions>("v1", options =>
            options.AddDocumentTransformer((_, _, _) =>
            {
                Interlocked.Increment(ref made);
                return Task.CompletedTask;
            })));
        using var client = new HttpClient { BaseAddress = app.Address };

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.GetStringAsync("/openapi/v1.json", Cancellation)));

        Assert.Single(answers.Distinct());
        Assert.Equal(1, made);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task The_API_document_is_sent_compressed_and_not_again_to_a_caller_that_has_it(string coding)
    {
        await using var app = await GranaryApp.StartWith();
        using var client = new HttpClient { BaseAddress = app.Address };
        var plain = await client.GetByteArrayAsync("/openapi/v1.json", Cancellation);

        using var compressed = await Ask(coding);
        var body = await compressed.Content.ReadAsStreamAsync(Cancellation);
        await using Stream reader = coding == "br" ? new BrotliStream(body, CompressionMode.Decompress) : new GZipStream(body, CompressionMode.Decompress);
        using var read = new MemoryStream();
        await reader.CopyToAsync(read, Cancellation);

        Assert.Equal([coding], compressed.Content.Headers.ContentEncoding);
        Assert.InRange(compressed.Content.Headers.ContentLength!.Value, 1, plain.Length / 5);
        Assert.Equal(plain, read.ToArray());

        using var again = await Ask(coding, compressed.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using var refused = await Ask($"{coding};q=0");
        Assert.Empty(refused.Content.Headers.ContentEncoding);

        Task<HttpResponseMessage> Ask(string accepted, EntityTagHeaderValue? known = null)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
            request.Headers.AcceptEncoding.ParseAdd(accepted);
            if (known is not null)
            {
                request.Headers.IfNoneMatch.Add(known);
            }

            return client.SendAsync(request, Cancellation);
        }
    }

    [Theory]
    [InlineData("/docs/scalar.js")]
    [InlineData("/docs/scalar.aspnetcore.js")]
    [InlineData("/docs/favicon.svg")]
    public async Task A_file_of_the_reference_is_the_same_in_every_coding_and_not_made_again(string path)
    {
        await using var app = await GranaryApp.StartWith();
        using var plain = new HttpClient { BaseAddress = app.Address };
        using var gzip = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip }) { BaseAddress = app.Address };

        var first = await plain.GetByteArrayAsync(path, Cancellation);
        using var head = await plain.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Cancellation);

        // The whole process is measured, and other tests run in it: one answer of several that allocates little shows that none is made again.
        var allocated = long.MaxValue;
        for (var i = 0; i < 20 && allocated >= 1_000_000; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            using var measured = await plain.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Cancellation);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        Assert.NotEmpty(first);
        Assert.Equal(first, await plain.GetByteArrayAsync(path, Cancellation));
        Assert.Equal(first, await gzip.GetByteArrayAsync(path, Cancellation));
        Assert.Equal(first.Length, head.Content.Headers.ContentLength);
        Assert.True(allocated < 1_000_000, $"{allocated} bytes were allocated to answer from what is kept.");
        var known = new HttpRequestMessage(HttpMethod.Get, path);
        known.Headers.TryAddWithoutValidation("If-None-Match", head.Headers.ETag?.ToString() ?? "");
        using var again = await plain.SendAsync(known, Cancellation);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task Searches_that_hang_hold_up_no_order_and_only_two_of_them_run()
    {
        var searches = new HeldSearches();
        await using var app = await GranaryApp.StartWith(searches.AddTo, "--Granary:RateLimit:SearchesPerSecond=0");
        var shop = app.OpenShop();
        var customer = await shop.Customer();
        var sku = await shop.Product();
        using var stranger = app.CreateClient();

        var hanging = Enumerable.Range(0, 2 * SearchTurns.MostAccepted).Select(i => stranger.GetAsync($"/products?search=hang-{i}", Cancellation)).ToList();
        await Eventually.HoldsAsync(() => hanging.Count(search => search.IsCompleted) == SearchTurns.MostAccepted, cancellation: Cancellation);
        var placed = 0;
        foreach (var _ in Enumerable.Range(0, 20))
        {
            using var order = await customer.Order(null, (sku, 1));
            placed += order.StatusCode == HttpStatusCode.Created ? 1 : 0;
        }

        using var list = await stranger.GetAsync("/products", Cancellation);
        searches.Continue();
        var statuses = (await Task.WhenAll(hanging)).CountBy(answer => answer.StatusCode).ToDictionary();

        Assert.Equal(20, placed);
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
        Assert.Equal(SearchTurns.MostRunning, searches.MostAtATime);
        Assert.Equal(SearchTurns.MostAccepted, statuses[HttpStatusCode.OK]);
        Assert.Equal(SearchTurns.MostAccepted, statuses[HttpStatusCode.ServiceUnavailable]);
    }

    [Fact]
    public async Task Searches_for_users_that_hang_hold_up_no_list_of_the_back_office_and_only_two_of_them_run()
    {
        var searches = new HeldSearches();
        await using var app = await GranaryApp.StartWith(searches.AddTo, "--Granary:RateLimit:PermitsPerSecond=0");
        using var admin = app.CreateClient(app.AdminToken);

        var hanging = Enumerable.Range(0, 2 * SearchTurns.MostAccepted).Select(i => admin.GetAsync($"/users?search=a&limit={i + 1}", Cancellation)).ToList();
        await Eventually.HoldsAsync(() => hanging.Count(search => search.IsCompleted) == SearchTurns.MostAccepted, cancellation: Cancellation);
        var lists = new List<HttpStatusCode>();
        foreach (var path in new[] { "/audit", "/stock", "/users" })
        {
            using var list = await admin.GetAsync(path, Cancellation);
            lists.Add(list.StatusCode);
        }

        searches.Continue();
        var statuses = (await Task.WhenAll(hanging)).CountBy(answer => answer.StatusCode).ToDictionary();

        Assert.All(lists, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(SearchTurns.MostRunning, searches.MostAtATime);
        Assert.Equal(SearchTurns.MostAccepted, statuses[HttpStatusCode.OK]);
        Assert.Equal(SearchTurns.MostAccepted, statuses[HttpStatusCode.ServiceUnavailable]);
    }

    [Fact]
    public async Task Callers_that_search_for_the_same_share_a_search_until_a_product_is_defined()
    {
        var searches = new HeldSearches();
        searches.Continue();
        await using var app = await GranaryApp.StartWith(searches.AddTo, "--Granary:RateLimit:SearchesPerSecond=0");
        using var stranger = app.CreateClient();
        var name = Shop.Unique("teapot");

        foreach (var _ in Enumerable.Range(0, 50))
        {
            Assert.Empty(await Found());
        }

        // Two seconds may have passed on a busy machine.
        Assert.InRange(searches.Count, 1, 10);
        var sku = await app.OpenShop().Product(name: name);
        Assert.Equal([sku], await Found());

        async Task<IEnumerable<string?>> Found()
        {
            using var answer = await stranger.GetAsync("/products?search=" + name, Cancellation);
            return (await answer.Expect(HttpStatusCode.OK)).At("data").EnumerateArray().Select(product => product.Text("sku"));
        }
    }

    [Fact]
    public async Task A_network_that_searches_without_end_is_refused_and_a_caller_with_a_token_is_not()
    {
        await using var app = await GranaryApp.StartWith("--Granary:RateLimit:SearchesPerSecond=1");
        using var stranger = app.CreateClient();
        using var customer = app.CreateClient(app.TokenOf(await app.Register(Roles.Customer), Roles.Customer));
        var found = 0;
        HttpResponseMessage answer;
        while ((answer = await stranger.GetAsync($"/products?search=tea-{found}", Cancellation)).StatusCode == HttpStatusCode.OK && found++ < 1_000)
        {
            answer.Dispose();
        }

        await answer.ExpectProblem(429, "too-many-requests");
        Assert.True(answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        using var list = await stranger.GetAsync("/products", Cancellation);
        await list.Expect(HttpStatusCode.OK);
        using var other = await customer.GetAsync("/products?search=tea", Cancellation);
        await other.Expect(HttpStatusCode.OK);
        answer.Dispose();
    }

    /// <summary>Holds searches for a text until the test lets them continue, and counts them.</summary>
    private sealed class HeldSearches : IOutgoingGrainCallFilter
    {
        private readonly TaskCompletionSource _continue = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private int _running;

        public int Count { get; private set; }

        public int MostAtATime { get; private set; }

        public void AddTo(WebApplicationBuilder builder) => builder.Services.AddSingleton<IOutgoingGrainCallFilter>(this);

        public void Continue() => _continue.SetResult();

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            if (!IsSearch(context))
            {
                await context.Invoke();
                return;
            }

            lock (_lock)
            {
                Count++;
                MostAtATime = Math.Max(MostAtATime, ++_running);
            }

            await _continue.Task;
            await context.Invoke();
            lock (_lock)
            {
                _running--;
            }
        }

        private static bool IsSearch(IOutgoingGrainCallContext context) =>
            context.InterfaceMethod.DeclaringType == typeof(ICatalogueGrain) ? context.Request.GetArgument(0) is string
            : context.InterfaceMethod.DeclaringType == typeof(IBackOfficeGrain) && context.Request.GetArgument(0) is UserQuery { Search: not null };
    }
}
