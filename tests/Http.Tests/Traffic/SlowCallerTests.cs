using System.IO.Pipelines;
using System.Net;
using Granary.Api.Traffic;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Traffic;

/// <summary>
/// Callers that send or read slowly, on a server with few turns that refuses whatever finds none free: what all others still get.
/// </summary>
public sealed class SlowCallerTests
{
    private const int Orders = 40;

    private static readonly string[] FewTurns = ["--Granary:LoadShedding:MaxConcurrent=8", "--Granary:LoadShedding:MaxQueued=0"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Content-Length: 10000\r\n\r\n{\"user_name\":")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\n{\"us\r\n")]
    public async Task Slow_senders_keep_no_turn_from_orders(string start)
    {
        await using var app = await GranaryApp.StartWith(FewTurns);
        var orders = await OrdersOf(app);
        var senders = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => RawCaller.SendAsync(
            app.Address, "POST /auth/token HTTP/1.1\r\nHost: granary\r\nContent-Type: application/json\r\n" + start)));
        await Eventually.HoldsAsync(() => IsHeld(app), cancellation: Cancellation);

        Assert.InRange(await Placed(orders), 0.95, 1);
        Array.ForEach(senders, sender => sender.Dispose());
        await Eventually.HoldsAsync(() => app.Services.GetRequiredService<HeldBodies>().Bytes == 0, cancellation: Cancellation);
    }

    [Fact]
    public async Task Slow_readers_of_what_is_only_copied_keep_no_turn_from_orders()
    {
        await using var app = await GranaryApp.StartWith(FewTurns);
        var orders = await OrdersOf(app);

        // Together more than the buffers of both systems take.
        var request = string.Concat(Enumerable.Repeat("GET /docs/scalar.js HTTP/1.1\r\nHost: granary\r\n\r\n", 4));
        var readers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RawCaller.SendAsync(app.Address, request)));
        await Eventually.HoldsAsync(() => readers.All(reader => reader.HasAnswer), cancellation: Cancellation);

        Assert.InRange(await Placed(orders), 0.95, 1);
        Array.ForEach(readers, reader => reader.Dispose());
    }

    [Fact]
    public async Task Of_one_networks_bodies_that_arrive_the_slowest_are_given_up()
    {
        await using var app = await GranaryApp.StartWith("--Granary:Limits:MaxArrivingPerNetwork=4");
        const string Request = "POST /auth/token HTTP/1.1\r\nHost: granary\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{";
        using var first = await RawCaller.SendAsync(app.Address, Request);
        await Eventually.HoldsAsync(() => app.Services.GetRequiredService<HeldBodies>().Bytes == 1, cancellation: Cancellation);
        var others = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RawCaller.SendAsync(app.Address, Request)));

        var answer = await first.ReadUntilAsync("/problems/request-timeout");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("/problems/request-timeout", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(others, other => other.HasAnswer);
        Array.ForEach(others, other => other.Dispose());
    }

    [Fact]
    public void Bodies_are_refused_beyond_the_bytes_that_the_process_may_hold()
    {
        var bodies = new HeldBodies(perNetwork: 0, bytesAtMost: 100);

        Assert.True(bodies.TryHold(60));
        Assert.False(bodies.TryHold(50));
        Assert.True(bodies.TryHold(40));
        bodies.Release(60);
        Assert.True(bodies.TryHold(60));
        Assert.Equal(100, bodies.Bytes);
    }

    [Fact]
    public async Task A_list_that_waits_for_its_reader_gives_its_turn_back()
    {
        var admission = new Admission(new AdmissionOptions(1, 0, TimeSpan.FromSeconds(4)), TimeProvider.System);
        var shedding = new LoadShedding(
            async http =>
            {
                await http.Response.BodyWriter.WriteAsync(new byte[1_000], Cancellation);
            },
            admission,
            new AdmissionMetrics(admission));
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 100, resumeWriterThreshold: 50));
        var list = new DefaultHttpContext();
        list.Features.Set<IHttpResponseBodyFeature>(new Body(pipe.Writer));
        list.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(new LoadShedding.LongAnswer()), "list"));

        var answering = shedding.InvokeAsync(list);

        Assert.False(answering.IsCompleted);
        Assert.Equal(0, admission.Executing);
        pipe.Reader.AdvanceTo((await pipe.Reader.ReadAsync(Cancellation)).Buffer.End);
        await answering;
        Assert.Equal(0, admission.Executing);
    }

    // Bodies that arrive are held, or keep every turn there is.
    private static bool IsHeld(GranaryApp app) =>
        app.Services.GetRequiredService<HeldBodies>().Bytes > 0 || app.Services.GetRequiredService<Admission>().Executing == 8;

    private static async Task<Func<Task<HttpStatusCode>>> OrdersOf(GranaryApp app)
    {
        var shop = app.OpenShop();
        var customer = await shop.Customer();
        var sku = await shop.Product();
        return async () =>
        {
            using var answer = await customer.Order(null, (sku, 1));
            return answer.StatusCode;
        };
    }

    private static async Task<double> Placed(Func<Task<HttpStatusCode>> order)
    {
        var placed = 0;
        foreach (var _ in Enumerable.Range(0, Orders))
        {
            placed += await order() == HttpStatusCode.Created ? 1 : 0;
        }

        return (double)placed / Orders;
    }

    /// <summary>The body of an answer over a pipe whose reader the test plays.</summary>
    private sealed class Body(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => writer.AsStream();

        public PipeWriter Writer => writer;

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
