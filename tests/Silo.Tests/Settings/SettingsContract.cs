using System.Collections.Concurrent;
using Granary.Domain.Events;
using Granary.Domain.Settings;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Orders;
using Granary.Hosting.Health;
using Granary.Hosting.Settings;
using Granary.Journal;
using Granary.Silo.Tests.Journal;
using Granary.Silo.Tests.Streams;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Silo.Tests.Settings;

/// <summary>The settings of a whole silo as the product composes it, on either store.</summary>
public abstract class SettingsContract : IAsyncLifetime
{
    private const string Orders = "Granary:Orders:MaxOpenOrdersPerUser";
    private const string Units = "Granary:Orders:MaxOpenUnitsPerUser";

    private AwayStore _store = null!;
    private WholeSilo _silo = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ISettingsGrain Grain => _silo.Grains.GetGrain<ISettingsGrain>(ISettingsGrain.Key);

    private SettingsSnapshot Now => _silo.Service<LiveSettings>().Now;

    protected abstract Task<Dictionary<string, string?>> ConfigurationAsync();

    public async ValueTask InitializeAsync() => await StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_change_holds_after_a_restart_before_the_process_is_ready()
    {
        var changed = await Grain.Change(Set(7));
        await Grain.Change(Set(8));
        Assert.Equal((null, 1L), (changed.Refusal, changed.Set!.Version));
        await UntilObeyed(8);

        await _silo.DisposeAsync();
        await StartAsync();

        Assert.Equal(2, Now.Version);
        Assert.Equal((8, 8L), Obeyed());
        Assert.Equal([2L, 1L], (await Grain.History(null, 10)).Select(version => version.Version));
        Assert.Equal([1L], (await Grain.History(2, 10)).Select(version => version.Version));
        Assert.Equal([2L], (await Grain.History(null, 1)).Select(version => version.Version));
    }

    [Fact]
    public async Task A_rollback_writes_the_old_values_as_a_new_version()
    {
        await Grain.Change(Set(7));
        await Grain.Change(Set(8));

        var reply = await Grain.RollBack(new RollBackSettings(1, "u-admin", new Precondition(new VersionSet([2]))));

        Assert.Equal((3L, "7"), (reply.Set!.Version, reply.Set.Values[Orders]));
        await UntilObeyed(7);
        Assert.Equal(1, (await Grain.History(null, 1))[0].RolledBackTo);
        Assert.IsType<StaleVersion>((await Grain.RollBack(new RollBackSettings(1, "u-admin", new Precondition(new VersionSet([2]))))).Refusal);
        Assert.IsType<InvalidValue>((await Grain.RollBack(new RollBackSettings(9, "u-admin"))).Refusal);
    }

    [Fact]
    public async Task Of_changes_at_once_under_one_version_one_is_made()
    {
        var condition = new Precondition(new VersionSet([0]));

        var replies = await Task.WhenAll(Enumerable.Range(1, 8).Select(value => Grain.Change(Set(value) with { Condition = condition })));

        Assert.Single(replies, reply => reply.Refusal is null);
        Assert.All(replies.Where(reply => reply.Set is null), reply => Assert.Equal(new StaleVersion(1), reply.Refusal));
        Assert.Single(await Grain.History(null, 10));
    }

    [Fact]
    public async Task What_another_activation_has_written_is_obeyed_and_known_to_the_next_change()
    {
        await Grain.Change(Set(7));
        await AppendAsync(1, (Orders, "20"), (Units, "20"));

        await UntilObeyed(20);

        Assert.Equal(3, (await Grain.Change(Set(21) with { Condition = new Precondition(new VersionSet([2])) })).Set?.Version);
    }

    [Fact]
    public async Task A_process_that_knows_a_newer_set_from_another_activation_is_not_answered_with_the_older_one()
    {
        await Grain.Change(Set(7));

        // The grain reads now and then by itself, so that one version alone could be known by chance.
        for (var version = 1; version < 6; version++)
        {
            await AppendAsync(version, (Orders, $"{20 + version}"), (Units, "20"));
            Assert.Null(await Grain.Refresh(known: version + 1));
        }
    }

    [Fact]
    public async Task A_read_that_never_ends_keeps_no_process_from_newer_settings()
    {
        await Grain.Change(Set(7));
        _store.HangsOnce = true;
        await Eventually.HoldsAsync(() => !_store.HangsOnce, "a read hangs", cancellation: Cancellation);
        await AppendAsync(1, (Orders, "20"), (Units, "20"));

        await UntilObeyed(20);
    }

    [Fact]
    public async Task A_change_that_cannot_be_obeyed_because_a_secret_is_gone_is_obeyed_when_it_is_back()
    {
        var secret = Path.GetTempFileName();
        await File.WriteAllTextAsync(secret, "key-of-the-shop", Cancellation);
        await _silo.DisposeAsync();
        await StartAsync(
            ("Granary:Payments:Provider", "Http"), ("Granary:Payments:Http:Address", "http://127.0.0.1:9"),
            ("Granary:Payments:Http:KeyFile", secret), ("Granary:Payments:Http:WebhookSecret", "whsec_0123456789abcdef0123456789abcdef"));
        File.Delete(secret);

        await Grain.Change(Set(7));
        await Eventually.HoldsAsync(() => Now.Ignored.ContainsKey("Granary:Payments:Http:KeyFile"), "the change is not obeyed", cancellation: Cancellation);
        Assert.Equal(0, Now.Version);

        await File.WriteAllTextAsync(secret, "key-of-the-shop", Cancellation);
        await UntilObeyed(7);
        Assert.Empty(Now.Ignored);
        File.Delete(secret);
    }

    [Fact]
    public async Task A_variant_is_turned_off_by_what_all_front_ends_have_answered_under_the_variants_that_there_are_now()
    {
        var variant = new SettingsVariant { Name = "risky", Percent = 100, Values = new Dictionary<string, string> { [Orders] = "9" } };
        var since = (await Grain.Change(Set(7) with { Variants = [variant] })).Set!.VariantsSince;
        await Eventually.HoldsAsync(() => Now.Get<OrderOptions>("risky").MaxOpenOrdersPerUser == 9, cancellation: Cancellation);
        Assert.Equal(("risky", 7), (Now.VariantOf("u", _ => false), Now.Get<OrderOptions>().MaxOpenOrdersPerUser));

        await Grain.Judge(new VariantReport("before", since - 1, [new VariantTally("risky", 1_000, 1_000)]));
        await Grain.Judge(new VariantReport("a", since, [new VariantTally("risky", 60, 60)]));
        await Grain.Judge(new VariantReport("a", since, [new VariantTally("risky", 60, 60)]));
        Assert.Single(await Grain.History(null, 10));

        await Grain.Judge(new VariantReport("b", since, [new VariantTally("risky", 60, 0)]));

        await Eventually.HoldsAsync(() => Now.VariantOf("u", _ => false) is null, cancellation: Cancellation);
        Assert.Equal(7, Now.Get<OrderOptions>("risky").MaxOpenOrdersPerUser);
        var history = await Grain.History(null, 10);
        Assert.Equal(("system", "60 of 120 requests of a minute failed"), (history[0].By, history[0].Variants!.To[0].Reason));
        Assert.Equal(2, history.Count);
    }

    [Fact]
    public async Task A_value_of_a_variant_that_this_release_does_not_take_is_told_and_the_rest_of_the_variant_holds()
    {
        await Grain.Change(Set(7));
        var later = new SettingsVariant
        {
            Name = "later", Percent = 100,
            Values = new Dictionary<string, string> { [Orders] = "9", [Units] = "many", ["Granary:Of:A:Later:Release"] = "1", ["Granary:Cache:Duration"] = "00:00:10" },
        };
        var changed = new SettingsChanged("u-other", new Dictionary<string, SettingChange>(), Variants: new VariantsChange([], [later]));
        await _silo.Service<IJournal>().AppendAsync(new JournalAppend(
            JournalStream.OfSettings("0"), 1, [SettingsEvent.Codec.Encode(changed, DateTimeOffset.UtcNow, trace: null)]));

        await Eventually.HoldsAsync(() => Now.Get<OrderOptions>("later") is { MaxOpenOrdersPerUser: 9, MaxOpenUnitsPerUser: 7 }, cancellation: Cancellation);
        Assert.Equal(
            ["variants.later.Granary:Cache:Duration", "variants.later.Granary:Of:A:Later:Release", "variants.later." + Units], Now.Ignored.Keys);
    }

    [Fact]
    public async Task Without_the_store_the_last_set_holds_and_readiness_says_since_when_and_afterwards_the_newest_holds()
    {
        await Grain.Change(Set(7));
        await UntilObeyed(7);
        _store.IsAway = true;

        await Eventually.HoldsAsync(
            async () => await DetailsAsync() is { } details
                && details.StartsWith("The settings of the cluster cannot be asked for since 20", StringComparison.Ordinal)
                && details.Contains("version 1 holds on.", StringComparison.Ordinal),
            "readiness tells it",
            cancellation: Cancellation);
        await AppendAsync(1, (Orders, "30"), (Units, "30"));
        Assert.Equal((7, 7L), Obeyed());
        await Assert.ThrowsAnyAsync<JournalException>(() => Grain.Change(Set(8)));

        _store.IsAway = false;
        await UntilObeyed(30);
        await Eventually.HoldsAsync(async () => await DetailsAsync() is null, "readiness is healthy again", cancellation: Cancellation);
    }

    [Fact]
    public async Task A_value_that_this_release_does_not_know_or_does_not_take_is_named_and_the_others_hold()
    {
        await AppendAsync(0, (Orders, "many"), (Units, "40"), ("Granary:Orders:Newer", "1"), ("Granary:Storage", "PostgreSql"));

        await Eventually.HoldsAsync(() => Obeyed() == (0, 40L), cancellation: Cancellation);

        Assert.Equal(
            [
                "Granary:Orders:MaxOpenOrdersPerUser is 'many'; it takes a whole number from 0 to 1000000.",
                "Granary:Orders:Newer is no setting of this release",
                "Granary:Storage takes effect at the next start of the process",
            ],
            Now.Ignored.Select(ignored => $"{ignored.Key} {ignored.Value}"));
        await Eventually.HoldsAsync(async () => (await DetailsAsync())?.StartsWith("Not obeyed: ", StringComparison.Ordinal) == true, cancellation: Cancellation);

        // It can be taken out all the same.
        Assert.Null((await Grain.Change(new ChangeSettings(new Dictionary<string, string?> { ["Granary:Orders:Newer"] = null }, "u-admin"))).Refusal);
    }

    [Fact]
    public async Task A_reader_in_a_loop_never_sees_two_settings_half_changed()
    {
        await Grain.Change(Set(50));
        await UntilObeyed(50);
        using var stop = new CancellationTokenSource();
        var torn = new ConcurrentQueue<(int, long)>();
        var reader = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (Obeyed() is var obeyed && obeyed.Orders != obeyed.Units)
                {
                    torn.Enqueue(obeyed);
                }
            }
        }, Cancellation);
        for (var value = 51; value <= 53; value++)
        {
            await Grain.Change(Set(value));
            await UntilObeyed(value);
        }

        await stop.CancelAsync();
        await reader;
        Assert.Empty(torn);
    }

    private static ChangeSettings Set(int value) =>
        new(new Dictionary<string, string?> { [Orders] = $"{value}", [Units] = $"{value}" }, "u-admin");

    private (int Orders, long Units) Obeyed()
    {
        var orders = _silo.Service<ICurrent<OrderOptions>>().Value;
        return (orders.MaxOpenOrdersPerUser, orders.MaxOpenUnitsPerUser);
    }

    private Task UntilObeyed(int value) => Eventually.HoldsAsync(() => Obeyed() == (value, value), $"{value} is obeyed", cancellation: Cancellation);

    private async Task<string?> DetailsAsync() =>
        (await _silo.Service<Readiness>().AskAsync(Cancellation)).Details?.GetValueOrDefault("settings");

    /// <summary>Writes as another activation does.</summary>
    private async Task AppendAsync(long after, params (string Key, string Value)[] values)
    {
        var changed = new SettingsChanged("u-other", values.ToDictionary(value => value.Key, value => new SettingChange(null, value.Value)));
        var outcomes = new Exception?[1];
        await _store.Inner.AppendBatchAsync(
            [new JournalAppend(JournalStream.OfSettings(ISettingsGrain.Key), after, [SettingsEvent.Codec.Encode(changed, DateTimeOffset.UtcNow, trace: null)])], outcomes);
        Assert.Null(outcomes[0]);
    }

    private async Task StartAsync(params (string Key, string Value)[] others)
    {
        var configuration = await ConfigurationAsync();
        foreach (var (key, value) in others)
        {
            configuration[key] = value;
        }

        _silo = await WholeSilo.StartAsync(configuration, Cancellation, services =>
        {
            var own = services.Last(service => service.ServiceType == typeof(IJournalStore));
            services.AddSingleton<IJournalStore>(provider => _store = new AwayStore((IJournalStore)(
                own.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, own.ImplementationType!))));
        });
    }

    /// <summary>A store that the silo cannot reach at times.</summary>
    private sealed class AwayStore(IJournalStore inner) : ForwardingStore(inner)
    {
        public IJournalStore Inner { get; } = inner;

        public bool IsAway { get; set; }

        /// <summary>The next read of the settings is never answered, as on a connection that is dead.</summary>
        public bool HangsOnce { get; set; }

        public override Task AppendBatchAsync(IReadOnlyList<JournalAppend> batch, Exception?[] outcomes) =>
            IsAway ? throw Away() : base.AppendBatchAsync(batch, outcomes);

        public override Task<IReadOnlyList<JournalRecord>> ReadStreamAsync(string stream, long afterVersion, CancellationToken cancellation) =>
            IsAway ? throw Away() : IsHanging(stream) ? new TaskCompletionSource<IReadOnlyList<JournalRecord>>().Task : base.ReadStreamAsync(stream, afterVersion, cancellation);

        private bool IsHanging(string stream)
        {
            var hangs = HangsOnce && stream == JournalStream.OfSettings(ISettingsGrain.Key);
            HangsOnce &= !hangs;
            return hangs;
        }

        private static JournalUnavailableException Away() => new("The store is away.");
    }
}

/// <summary>On embedded files.</summary>
public sealed class SqliteSettingsTests : SettingsContract
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-settings-");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    protected override Task<Dictionary<string, string?>> ConfigurationAsync() =>
        Task.FromResult(new Dictionary<string, string?> { ["Granary:DataDirectory"] = _directory.FullName });
}

/// <summary>On PostgreSQL.</summary>
public sealed class PostgreSqlSettingsTests(SharedPostgres server) : SettingsContract
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-settings-");
    private string? _database;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    protected override async Task<Dictionary<string, string?>> ConfigurationAsync() => new()
    {
        ["Granary:DataDirectory"] = _directory.FullName,
        ["Granary:Storage"] = "PostgreSql",
        ["ConnectionStrings:Granary"] = _database ??= await server.CreateDatabaseAsync(),
    };
}
