using System.Collections.ObjectModel;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;

namespace Granary.Programs.Tests.Operations;

/// <summary>One product for tests that only read from it. It traces every request into memory.</summary>
[CollectionDefinition]
public sealed class TracedProduct : IAsyncLifetime, ICollectionFixture<TracedProduct>
{
    private Product? _product;

    internal Product Product => _product!;

    internal Spans Spans { get; } = [];

    public async ValueTask InitializeAsync() => _product = await Product.StartAsync(
        ["--Granary:Telemetry:TraceRatio=1", "--Granary:Webhooks:AllowPrivateTargets=true", "--Granary:Webhooks:AllowHttp=true"],
        builder => builder.Services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddInMemoryExporter(Spans)));

    public ValueTask DisposeAsync() => _product!.DisposeAsync();
}

/// <summary>Completed spans; spans may be added while they are read.</summary>
internal sealed class Spans : Collection<Activity>
{
    private readonly Lock _lock = new();

    public IReadOnlyList<Activity> Of(ActivityTraceId trace)
    {
        lock (_lock)
        {
            return [.. Items.Where(span => span.TraceId == trace)];
        }
    }

    protected override void InsertItem(int index, Activity item)
    {
        lock (_lock)
        {
            Items.Add(item);
        }
    }
}
