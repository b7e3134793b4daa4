using System.Text.Json;
using Granary.Traffic;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Granary.Http.Tests.Traffic;

public sealed class LoadSheddingTests
{
    private readonly TaskCompletionSource _work = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;

    [Fact]
    public async Task Beyond_those_worked_on_and_those_waiting_a_request_is_shed_at_once()
    {
        using var shedding = Shedding(concurrent: 2, queued: 1);
        var admitted = Enumerable.Range(0, 3).Select(_ => shedding.InvokeAsync(new DefaultHttpContext())).ToList();
        Assert.Equal(2, _begun);

        var shed = Context();
        await shedding.InvokeAsync(shed);

        Assert.Equal(StatusCodes.Status503ServiceUnavailable, shed.Response.StatusCode);
        Assert.Equal("1", shed.Response.Headers.RetryAfter);
        shed.Response.Body.Position = 0;
        using var problem = await JsonDocument.ParseAsync(
            shed.Response.Body, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("/problems/overloaded", problem.RootElement.Text("type"));

        _work.SetResult();
        await Task.WhenAll(admitted);
        Assert.Equal(3, _begun);
    }

    [Fact]
    public async Task Health_is_answered_however_busy_the_server_is()
    {
        using var shedding = Shedding(concurrent: 1, queued: 0);
        var busy = shedding.InvokeAsync(new DefaultHttpContext());
        var health = Context();
        health.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(new LoadShedding.Unshed()), "health"));

        var answer = shedding.InvokeAsync(health);

        Assert.Equal(2, _begun);
        _work.SetResult();
        await Task.WhenAll(busy, answer);
    }

    [Fact]
    public async Task Zero_turns_it_off()
    {
        using var shedding = Shedding(concurrent: 0, queued: 0);
        var all = Enumerable.Range(0, 1_000).Select(_ => shedding.InvokeAsync(new DefaultHttpContext())).ToList();

        Assert.Equal(1_000, _begun);
        _work.SetResult();
        await Task.WhenAll(all);
    }

    private static DefaultHttpContext Context() => new() { Response = { Body = new MemoryStream() } };

    private LoadShedding Shedding(int concurrent, int queued)
    {
        var options = TrafficOptions.From(new ConfigurationBuilder().Build());
        return new LoadShedding(
            _ =>
            {
                Interlocked.Increment(ref _begun);
                return _work.Task;
            },
            options with { MaxConcurrent = concurrent, MaxQueued = queued });
    }
}
