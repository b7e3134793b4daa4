using System.Text.Json;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces;
using Granary.Hosting.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Granary.Http.Tests.Traffic;

public sealed class LoadSheddingTests
{
    private readonly TaskCompletionSource _work = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;

    [Fact]
    public async Task A_request_beyond_the_executing_and_waiting_ones_is_shed_at_once()
    {
        var shedding = Shedding(concurrent: 2, queued: 1);
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
    public async Task A_request_that_fails_gives_its_turn_back()
    {
        var shedding = Shedding(concurrent: 1, queued: 1);
        var failing = shedding.InvokeAsync(new DefaultHttpContext());
        var next = shedding.InvokeAsync(new DefaultHttpContext());
        Assert.Equal(1, _begun);

        _work.SetException(new InvalidOperationException("The work failed."));

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        await Assert.ThrowsAsync<InvalidOperationException>(() => next);
        Assert.Equal(2, _begun);
    }

    [Fact]
    public async Task Endpoints_that_must_answer_do_so_however_busy_the_server_is()
    {
        var shedding = Shedding(concurrent: 1, queued: 0);
        var busy = shedding.InvokeAsync(new DefaultHttpContext());
        var health = Context();
        health.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(new LoadShedding.Unshed()), "health"));

        var answer = shedding.InvokeAsync(health);

        Assert.Equal(2, _begun);
        _work.SetResult();
        await Task.WhenAll(busy, answer);
    }

    [Fact]
    public async Task A_request_whose_caller_has_left_is_never_begun()
    {
        var shedding = Shedding(concurrent: 1, queued: 10);
        var busy = shedding.InvokeAsync(new DefaultHttpContext());
        using var connection = new CancellationTokenSource();
        var left = new DefaultHttpContext { RequestAborted = connection.Token };
        var waiting = shedding.InvokeAsync(left);

        await connection.CancelAsync();
        await waiting;

        Assert.Equal(StatusCodes.Status499ClientClosedRequest, left.Response.StatusCode);
        _work.SetResult();
        await busy;
        Assert.Equal(1, _begun);
    }

    [Theory]
    [InlineData("LoadShedding:MaxConcurrent", "-1")]
    [InlineData("LoadShedding:MaxQueued", "many")]
    [InlineData("LoadShedding:MaxWait", "0")]
    [InlineData("LoadShedding:MaxWait", "4")]
    [InlineData("LoadShedding:MaxWait", "soon")]
    [InlineData("Limits:MaxConnections", "0")]
    [InlineData("RateLimit:Burst", "-1")]
    public void An_invalid_setting_is_named(string key, string value)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Granary:" + key, value)]).Build();

        var reader = new SettingsReader(settings);
        var problem = Assert.Throws<InvalidConfigurationException>(() => (TrafficOptions.From(reader), RateOptions.From(reader), AdmissionOptions.From(reader)));

        Assert.Equal("Granary:" + key, problem.Key);
    }

    private static DefaultHttpContext Context() => new() { Response = { Body = new MemoryStream() } };

    private LoadShedding Shedding(int concurrent, int queued)
    {
        var admission = new Admission(new AdmissionOptions(concurrent, queued, TimeSpan.FromSeconds(4)), TimeProvider.System);
        return new LoadShedding(
            _ =>
            {
                Interlocked.Increment(ref _begun);
                return _work.Task;
            },
            admission,
            new AdmissionMetrics(admission));
    }
}
