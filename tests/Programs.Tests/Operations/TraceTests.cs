using System.Diagnostics;
using System.Net;
using Granary.Grains.Interfaces.Settings;
using Granary.Hosting.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace Granary.Programs.Tests.Operations;

[Collection<TracedProduct>]
public sealed class TraceTests(TracedProduct traced)
{
    [Fact]
    public async Task An_order_is_one_trace_from_the_request_through_grains_and_journal_to_its_consumers()
    {
        var product = traced.Product;
        var sku = await product.Shop.Product();
        var customer = await product.Shop.Customer();
        var (trace, caller) = (ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());
        customer.Http.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{caller}-01");

        var order = (await customer.Placed((sku, 1))).Text("id");

        await Eventually.HoldsAsync(
            () => traced.Spans.Of(trace).Any(span => span.Kind == ActivityKind.Consumer && IsAbout(span, "order/" + order)),
            "a consumer has continued the trace of the order",
            cancellation: TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(
            () => traced.Spans.Of(trace).Any(span => span.ParentSpanId == caller),
            "the span of the request has ended, which it does after its answer",
            cancellation: TestContext.Current.CancellationToken);
        var spans = traced.Spans.Of(trace);
        var request = Assert.Single(spans, span => span.ParentSpanId == caller);
        Assert.Equal("POST /orders", request.DisplayName);
        Assert.Equal(order, request.GetTagItem(TraceTags.OrderId));
        Assert.Contains(spans, span => span.DisplayName.Contains("Reserve", StringComparison.Ordinal) && span.Kind == ActivityKind.Server);
        Assert.Contains(spans, span => span.DisplayName.Contains("Hold", StringComparison.Ordinal) && span.Kind == ActivityKind.Server);
        Assert.Contains(spans, span => span.DisplayName == "journal append" && IsAbout(span, "order/" + order));
        Assert.Contains(spans, span => span.DisplayName == "journal append" && IsAbout(span, "stock/" + sku));
        var known = spans.Select(span => span.SpanId).Append(caller).ToHashSet();
        Assert.All(spans, span => Assert.Contains(span.ParentSpanId, known));
    }

    [Fact]
    public async Task A_webhook_is_delivered_within_the_trace_of_its_order()
    {
        var product = traced.Product;
        await using var receiver = await ReceiverAsync();
        using var subscribed = await product.Shop.Staff.PostJson(
            "/webhooks", new { url = receiver.Urls.First() + "/hook", events = new[] { "order.placed" } });
        await subscribed.Expect(HttpStatusCode.Created);
        var sku = await product.Shop.Product();
        var customer = await product.Shop.Customer();
        var trace = ActivityTraceId.CreateRandom();
        customer.Http.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");

        var order = (await customer.Placed((sku, 1))).Text("id");

        await Eventually.HoldsAsync(
            () => traced.Spans.Of(trace).Any(span => span.DisplayName == "webhook deliver"),
            "the delivery is a span of the order's trace",
            cancellation: TestContext.Current.CancellationToken);
        var spans = traced.Spans.Of(trace);
        var delivery = spans.First(span => span.DisplayName == "webhook deliver");
        Assert.True(IsAbout(delivery, "order/" + order));
        Assert.Contains(spans, span => span.Source.Name == "System.Net.Http" && span.ParentSpanId == delivery.SpanId);
        Assert.Contains(spans, span => span.SpanId == delivery.ParentSpanId);
    }

    [Fact]
    public async Task A_request_whose_caller_does_not_trace_it_leaves_no_span_on_any_silo()
    {
        var product = traced.Product;
        var sku = await product.Shop.Product();
        var untraced = await product.Shop.Customer();
        var trace = ActivityTraceId.CreateRandom();
        untraced.Http.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-00");
        await untraced.Placed((sku, 1));

        // Spans that are exported after this order come after those of the untraced request.
        var customer = await product.Shop.Customer();
        var later = ActivityTraceId.CreateRandom();
        customer.Http.DefaultRequestHeaders.Add("traceparent", $"00-{later}-{ActivitySpanId.CreateRandom()}-01");
        await customer.Placed((sku, 1));
        await Eventually.HoldsAsync(
            () => traced.Spans.Of(later).Any(span => span.DisplayName == "journal append"),
            "the later order is traced",
            cancellation: TestContext.Current.CancellationToken);

        Assert.Empty(traced.Spans.Of(trace));
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore.Hosting.HttpRequestIn", 1, SamplingDecision.RecordAndSample)]
    [InlineData("Microsoft.AspNetCore.Hosting.HttpRequestIn", 0, SamplingDecision.Drop)]
    [InlineData("IStockGrain/CheckBack", 1, SamplingDecision.Drop)]
    public void Only_requests_begin_traces(string name, double ratio, SamplingDecision expected)
    {
        var root = new SamplingParameters(default, ActivityTraceId.CreateRandom(), name, ActivityKind.Server);

        Assert.Equal(expected, new RequestSampler(new Unchanging<SamplingOptions>(new SamplingOptions(ratio))).ShouldSample(root).Decision);
    }

    [Fact]
    public void Another_ratio_holds_for_the_next_request()
    {
        var options = new Ratio();
        var sampler = new RequestSampler(options);
        SamplingDecision Next() => sampler.ShouldSample(
            new SamplingParameters(default, ActivityTraceId.CreateRandom(), "Microsoft.AspNetCore.Hosting.HttpRequestIn", ActivityKind.Server)).Decision;

        Assert.Equal(SamplingDecision.Drop, Next());
        options.Value = new SamplingOptions(1);
        Assert.Equal(SamplingDecision.RecordAndSample, Next());
    }

    private sealed class Ratio : ICurrent<SamplingOptions>
    {
        public SamplingOptions Value { get; set; } = new(0);
    }

    [Theory]
    [InlineData(ActivityTraceFlags.Recorded, SamplingDecision.RecordAndSample)]
    [InlineData(ActivityTraceFlags.None, SamplingDecision.Drop)]
    public void Spans_caused_by_a_request_follow_its_decision(ActivityTraceFlags flags, SamplingDecision expected)
    {
        var trace = ActivityTraceId.CreateRandom();
        var parent = new ActivityContext(trace, ActivitySpanId.CreateRandom(), flags, isRemote: true);

        var decision = new RequestSampler(new Unchanging<SamplingOptions>(new SamplingOptions(0.5))).ShouldSample(new SamplingParameters(parent, trace, "IOrderGrain/Place", ActivityKind.Server));

        Assert.Equal(expected, decision.Decision);
    }

    private static async Task<WebApplication> ReceiverAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = builder.Build();
        receiver.MapPost("/hook", () => TypedResults.NoContent());
        await receiver.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    private static bool IsAbout(Activity span, string stream) => stream.Equals(span.GetTagItem("journal.stream"));
}
