using System.CommandLine;
using System.Globalization;
using Granary.Commands.Grammar;
using Granary.Streams;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>
/// The command <c>dead-letters</c>: lists the events that consumers of the streams could not take, and has the running product
/// try them again.
/// </summary>
internal static class DeadLetterCommand
{
    /// <summary>The command's name, the first argument.</summary>
    public const string Name = "dead-letters";

    private const int MostListed = 1_000;

    /// <summary>Puts it together.</summary>
    public static Command Create(IAnsiConsole console) => new(Name, "The events that consumers of the streams failed on")
    {
        List(console),
        Replay(console),
    };

    private static GranaryCommand List(IAnsiConsole console)
    {
        var consumer = CommandOptions.Consumer("Lists the dead letters of this consumer only");
        var command = GranaryCommand.Of(
            "list", "Lists dead letters, oldest first: id, consumer, event, error", $"{Name} list", $"{Name} list {consumer.Name} order-index");
        command.Add(consumer);
        command.SetAction(parsed => parsed.UseStoresAsync(console, async (stores, _) =>
        {
            await stores.MigrateViewsAsync(CancellationToken.None);
            var letters = await stores.Get<IStreamStore>().ReadDeadLettersAsync(parsed.GetValue(consumer), MostListed, CancellationToken.None);

            // A misspelt consumer has no letters either; plain subscribers have letters and no checkpoint.
            return letters.Count > 0 || await Consumers.IsKnownAsync(stores, parsed.GetValue(consumer), console) ? Show(letters, console) : 1;
        }));
        return command;
    }

    private static GranaryCommand Replay(IAnsiConsole console)
    {
        var id = CommandOptions.Position("--id", "Replays the dead letter with this id", "ID");
        var all = new Option<bool>("--all") { Description = "Replays all of them" };
        var consumer = CommandOptions.Consumer("Replays the dead letters of this consumer only");
        var command = GranaryCommand.Of(
            "replay",
            "Has the running product's consumers try dead letters again. Exits with 1 where one was not taken",
            $"{Name} replay {id.Name} 4711",
            $"{Name} replay {all.Name} {consumer.Name} order-index");
        command.Add(id);
        command.Add(all);
        command.Add(consumer);
        command.Validators.Add(given =>
        {
            if (given.GetValue(all) == given.GetResult(id) is not null)
            {
                given.AddError($"Say which to replay: {id.Name} ID or {all.Name}.");
            }
        });
        command.SetAction(parsed => parsed.UseStoresAsync(console, async (stores, settings) =>
        {
            await stores.MigrateViewsAsync(CancellationToken.None);
            var letters = await stores.Get<IStreamStore>().ReadDeadLettersAsync(parsed.GetValue(consumer), int.MaxValue, CancellationToken.None);
            await using var product = new ProductConnection(settings);
            return await ReplayAsync(
                [.. letters.Where(letter => parsed.GetValue(all) || letter.Position == parsed.GetValue(id))], product, console);
        }));
        return command;
    }

    private static int Show(IReadOnlyList<DeadLetter> letters, IAnsiConsole console)
    {
        foreach (var letter in letters)
        {
            console.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{letter.Position}  {letter.Consumer}  {letter.Type} of {letter.Stream} version {letter.Version}  set aside {letter.Attempts} times, last {letter.At:u}  {letter.Error}"));
        }

        console.Say(letters.Count == MostListed ? $"The first {MostListed} dead letters." : $"{letters.Count} dead letters.");
        return 0;
    }

    private static async Task<int> ReplayAsync(IReadOnlyList<DeadLetter> letters, ProductConnection product, IAnsiConsole console)
    {
        if (letters.Count == 0)
        {
            console.Say("There is no such dead letter.");
            return 1;
        }

        var replay = new DeadLetterReplay(product.GrainsAsync);
        var complete = true;
        foreach (var consumer in letters.GroupBy(letter => letter.Consumer))
        {
            if (!DeadLetterReplay.CanReplay(consumer.Key))
            {
                console.Say(
                    $"{consumer.Key}: not replayed. It is a plain subscriber, which gets what comes and keeps no place; its events are in the journal under their id.");
                complete = false;
                continue;
            }

            var all = consumer.Count();
            var taken = await replay.ReplayAsync(consumer.Key, [.. consumer]);
            console.Say(taken == all
                ? $"{consumer.Key}: {taken} of {all} taken."
                : $"{consumer.Key}: {taken} of {all} taken; what is still refused stays a dead letter, and the silo's log says why.");
            complete &= taken == all;
        }

        return complete ? 0 : 1;
    }
}
