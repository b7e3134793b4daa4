using System.Globalization;
using Granary.Commands;
using Granary.Domain.Events;
using Granary.Grains.Orders.Index;
using Granary.Hosting;
using Granary.Journal;
using Granary.Streams;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace Granary.Http.Tests.Streams;

/// <summary>The commands for the streams, run beside the product as an operator would run them.</summary>
public sealed class StreamCommandTests(StreamCommandTests.Running running) : IClassFixture<StreamCommandTests.Running>
{
    private readonly GranaryApp _app = running.App;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IStreamStore Store => _app.Services.GetRequiredService<IStreamStore>();

    [Fact]
    public async Task A_dead_letter_is_listed_until_its_consumer_has_processed_it()
    {
        var order = await LostOrder();
        await SetAside("order-index", order);
        Assert.Contains(order.Stream, await Run(0, "dead-letters", "list", "--consumer", "order-index"), StringComparison.Ordinal);
        Assert.Contains("0 dead letters", await Run(0, "dead-letters", "list", "--consumer", "webhooks"), StringComparison.Ordinal);

        var id = order.Position.ToString(CultureInfo.InvariantCulture);
        Assert.Contains("order-index: 1 of 1 taken", await Run(0, "dead-letters", "replay", "--id", id), StringComparison.Ordinal);

        Assert.NotEmpty(await Indexed(order));
        Assert.Contains("no such dead letter", await Run(1, "dead-letters", "replay", "--id", id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_letter_of_a_plain_subscriber_is_refused_with_the_reason_and_stays()
    {
        await SetAside("subscription:5f2a", await LostOrder());

        Assert.Contains(
            "plain subscriber", await Run(1, "dead-letters", "replay", "--all", "--consumer", "subscription:5f2a"), StringComparison.Ordinal);

        Assert.Single(await Store.ReadDeadLettersAsync("subscription:5f2a", 10, Cancellation));
    }

    [Fact]
    public async Task A_rewound_consumer_processes_past_events_again()
    {
        var order = await LostOrder();
        Assert.Contains("These have: ", await Run(1, "rewind", "--consumer", "nobody", "--to", "0"), StringComparison.Ordinal);
        Assert.Contains("These have: ", await Run(1, "dead-letters", "list", "--consumer", "nobody"), StringComparison.Ordinal);
        Assert.Contains("The journal ends at", await Run(1, "rewind", "--consumer", "order-index", "--to", "999999999999999999"), StringComparison.Ordinal);
        Assert.Contains(" of 16 partitions rewound", await Run(0, "rewind", "--consumer", "order-index", "--to", "0"), StringComparison.Ordinal);

        await Eventually.HoldsAsync(async () => (await Indexed(order)).Count == 1, cancellation: Cancellation);
    }

    [Fact]
    public async Task A_command_that_needs_the_running_product_says_so_when_it_does_not_run()
    {
        await SetAside("order-index", await LostOrder());

        using (NoSocket(_app.DataDirectory))
        {
            Assert.Contains("start the product first", await Run(ExitCodes.Unavailable, "dead-letters", "replay", "--all"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("dead-letters")]
    [InlineData("dead-letters", "burn")]
    [InlineData("dead-letters", "replay")]
    [InlineData("dead-letters", "replay", "--all", "--id", "7")]
    [InlineData("dead-letters", "replay", "--id", "seven")]
    [InlineData("dead-letters", "list", "--loudly")]
    [InlineData("rewind", "--consumer", "order-index")]
    [InlineData("rewind", "--consumer", "order-index", "--to", "-1")]
    [InlineData("rewind", "--to", "0")]
    public async Task Invalid_arguments_are_answered_with_where_the_usage_is(params string[] arguments) =>
        Assert.Contains($"'granary {arguments[0]}", await Run(ExitCodes.Usage, arguments), StringComparison.Ordinal);

    [Fact]
    public async Task The_check_asks_the_running_orders_too_when_told_to()
    {
        var order = await LostOrder();
        await Run(1, "check-projection", "--grains");

        await Run(0, "rebuild-projection");

        await Run(0, "check-projection", "--grains");
        using (NoSocket(_app.DataDirectory))
        {
            await Run(ExitCodes.Unavailable, "check-projection", "--grains");
        }

        Assert.NotEmpty(await Indexed(order));
    }

    private async Task<string> Run(int exitCode, params string[] arguments)
    {
        await using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Interactive = InteractionSupport.No });
        var code = await CommandLine.RunAsync(
            [.. arguments, $"--Granary:DataDirectory={_app.DataDirectory}", "--Serilog:MinimumLevel:Default=Fatal"],
            _ => throw new InvalidOperationException("The product was to run."), console, output);
        Assert.True(code == exitCode, $"{code}: {output}");
        return output.ToString();
    }

    /// <summary>Leaves a socket in a product's place on which no process listens, as a product that was killed does.</summary>
    private static Displaced NoSocket(string directory) => new(Path.Combine(directory, "granary.sock"));

    /// <summary>The event of an order that was placed and that the index has lost.</summary>
    private async Task<JournalRecord> LostOrder()
    {
        var shop = _app.OpenShop();
        var id = (await (await shop.Customer()).Placed((await shop.Product(), 1))).Text("id")!;
        var record = Assert.Single(await _app.Services.GetRequiredService<IJournal>().ReadStreamAsync(JournalStream.OfOrder(id), 0, Cancellation));
        await Eventually.HoldsAsync(async () => (await Indexed(record)).Count == 1
            && (await Store.ReadCheckpointsAsync(Cancellation)).Any(checkpoint =>
                (checkpoint.Consumer, checkpoint.Partition) == (OrderIndexConsumer.Name, PartitionOf(record)) && checkpoint.Position >= record.Position),
            cancellation: Cancellation);
        await _app.Services.GetRequiredService<OrderIndex>().RemoveAsync([id], Cancellation);
        return record;
    }

    private Task<IReadOnlyList<OrderIndexEntry>> Indexed(JournalRecord order) =>
        _app.Services.GetRequiredService<OrderIndex>().ReadAsync([JournalStream.KeyOf(order.Stream)], Cancellation);

    private static int PartitionOf(JournalRecord record) => StreamNames.PartitionOf(record.Stream, 16);

    private Task SetAside(string consumer, JournalRecord record) => Store.AddDeadLettersAsync(
        [
            new DeadLetter(
                consumer, PartitionOf(record), record.Position, record.Stream, record.Version, record.Type,
                "It was not understood.", 1, DateTimeOffset.UtcNow),
        ],
        Cancellation);

    /// <summary>The product whose consumers notice at once that they were set back.</summary>
    public sealed class Running : IAsyncLifetime
    {
        public GranaryApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() => App = await GranaryApp.StartWith("--Granary:Streams:NudgePeriod=00:00:00.5");

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }

    private sealed class Displaced : IDisposable
    {
        private readonly string _path;

        public Displaced(string path)
        {
            _path = path;
            File.Move(path, path + ".kept");
            File.WriteAllText(path, "");
        }

        public void Dispose() => File.Move(_path + ".kept", _path, overwrite: true);
    }
}
