using Granary.Hosting.Clustering;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Storage;

namespace Granary.Silo.Tests.Journal;

/// <summary>
/// Snapshots in Orleans' ADO.NET grain storage with the product's tables and queries, in a silo as the product composes it.
/// </summary>
public abstract class GrainStorageContract : IAsyncLifetime
{
    private const string State = "stock";

    private readonly GrainId _grain = GrainId.Create("stock", $"SKU-{Guid.NewGuid():n}");
    private IHost? _silo;

    private IGrainStorage Storage => _silo!.Services.GetRequiredKeyedService<IGrainStorage>(GranarySilo.Snapshots);

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(await ConfigurationAsync());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Granary:Silo:Port"] = "0",
            ["Granary:Silo:GatewayPort"] = "0",
        });
        builder.AddGranarySilo();
        _silo = builder.Build();
        await _silo.StartAsync(TestContext.Current.CancellationToken);
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_silo is not null)
        {
            await _silo.StopAsync(CancellationToken.None);
            await ((IAsyncDisposable)_silo).DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected abstract Task<Dictionary<string, string?>> ConfigurationAsync();

    [Fact]
    public async Task A_state_that_was_never_written_does_not_exist()
    {
        var state = await ReadAsync();

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
    }

    [Fact]
    public async Task A_state_is_read_back_as_it_was_written_last()
    {
        var written = new GrainState<Shelf>(new Shelf("Äpfel", 5));
        await Storage.WriteStateAsync(State, _grain, written);
        written.State = new Shelf("Äpfel", long.MaxValue);
        await Storage.WriteStateAsync(State, _grain, written);

        var read = await ReadAsync();

        Assert.True(read.RecordExists);
        Assert.Equal((written.State, "2"), (read.State, read.ETag));
    }

    [Fact]
    public async Task States_of_one_grain_under_two_names_and_of_two_grains_are_apart()
    {
        var other = GrainId.Create("stock", "other" + _grain.Key);
        await Storage.WriteStateAsync(State, _grain, new GrainState<Shelf>(new Shelf("a", 1)));
        await Storage.WriteStateAsync("another", _grain, new GrainState<Shelf>(new Shelf("b", 2)));
        await Storage.WriteStateAsync(State, other, new GrainState<Shelf>(new Shelf("c", 3)));

        Assert.Equal("a", (await ReadAsync()).State!.Name);
    }

    [Fact]
    public async Task A_write_over_a_state_that_another_writer_has_changed_is_refused()
    {
        var mine = new GrainState<Shelf>(new Shelf("a", 1));
        await Storage.WriteStateAsync(State, _grain, mine);
        var theirs = await ReadAsync();
        theirs.State = new Shelf("theirs", 2);
        await Storage.WriteStateAsync(State, _grain, theirs);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync(State, _grain, mine));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.ClearStateAsync(State, _grain, mine));
        Assert.Equal("theirs", (await ReadAsync()).State!.Name);
    }

    [Fact]
    public async Task Of_many_concurrent_first_writes_one_succeeds()
    {
        var writes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            try
            {
                await Storage.WriteStateAsync(State, _grain, new GrainState<Shelf>(new Shelf("first", i)));
                return true;
            }
            catch (InconsistentStateException)
            {
                return false;
            }
        })));

        Assert.Single(writes, succeeded => succeeded);
    }

    [Fact]
    public async Task A_write_that_follows_a_state_that_is_not_there_is_refused()
    {
        var state = new GrainState<Shelf>(new Shelf("a", 1)) { ETag = "7" };

        await Assert.ThrowsAsync<InconsistentStateException>(() => Storage.WriteStateAsync(State, _grain, state));
        Assert.False((await ReadAsync()).RecordExists);
    }

    [Fact]
    public async Task A_cleared_state_is_gone_and_can_be_written_again()
    {
        var state = new GrainState<Shelf>(new Shelf("a", 1));
        await Storage.WriteStateAsync(State, _grain, state);
        await Storage.ClearStateAsync(State, _grain, state);
        Assert.False((await ReadAsync()).RecordExists);

        state.State = new Shelf("again", 2);
        await Storage.WriteStateAsync(State, _grain, state);

        var read = await ReadAsync();
        Assert.True(read.RecordExists);
        Assert.Equal("again", read.State!.Name);
    }

    private async Task<GrainState<Shelf>> ReadAsync()
    {
        var state = new GrainState<Shelf>();
        await Storage.ReadStateAsync(State, _grain, state);
        return state;
    }

    /// <summary>A snapshot, with the default that grain storage creates if none is stored.</summary>
    public sealed record Shelf(string Name, long OnHand)
    {
        public Shelf()
            : this("", 0)
        {
        }
    }
}
