using System.Globalization;
using Granary.Streams;

namespace Granary.Commands;

/// <summary>
/// The command <c>dead-letters</c>: lists the events that consumers of the streams could not take, and has the running product
/// try them again.
/// </summary>
internal sealed class DeadLetterCommand(IStreamStore store, TextWriter output)
{
    /// <summary>The command's name, the first argument.</summary>
    public const string Name = "dead-letters";

    private const string Usage = $"Usage: {Name} list [--consumer NAME]\n       {Name} replay (--id ID | --all) [--consumer NAME]";

    /// <summary>Where Orleans' own subscribers keep their letters: they have no checkpoint and no way back to one event.</summary>
    private const string PlainSubscriber = "subscription:";

    /// <summary>Letters in one call: each may be tried several times before it is given up, and a call has its time.</summary>
    private const int LettersPerCall = 8;

    private const int MostListed = 1_000;

    /// <summary>Runs it.</summary>
    /// <param name="action"><c>list</c> or <c>replay</c>.</param>
    /// <param name="connect">Connects to the running product; not called to list.</param>
    /// <returns>The exit code: 1 when a letter was not taken, 2 when the arguments are no command.</returns>
    public async Task<int> RunAsync(string? action, CommandArguments arguments, Func<Task<IGrainFactory>> connect)
    {
        var id = 0L;
        var all = arguments["--all"] is not null;
        var valid = arguments.Unknown is null && action switch
        {
            "list" => !all && arguments["--id"] is null,
            "replay" => all != (arguments["--id"] is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id)),
            _ => false,
        };
        if (!valid)
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        var letters = await store.ReadDeadLettersAsync(arguments["--consumer"], action == "list" ? MostListed : int.MaxValue, CancellationToken.None);
        return action == "list" ? await ListAsync(letters) : await ReplayAsync([.. letters.Where(letter => all || letter.Position == id)], connect);
    }

    private async Task<int> ListAsync(IReadOnlyList<DeadLetter> letters)
    {
        foreach (var letter in letters)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{letter.Position}  {letter.Consumer}  {letter.Type} of {letter.Stream} version {letter.Version}  set aside {letter.Attempts} times, last {letter.At:u}  {letter.Error}"));
        }

        await output.WriteLineAsync(letters.Count == MostListed ? $"The first {MostListed} dead letters." : $"{letters.Count} dead letters.");
        return 0;
    }

    private async Task<int> ReplayAsync(IReadOnlyList<DeadLetter> letters, Func<Task<IGrainFactory>> connect)
    {
        if (letters.Count == 0)
        {
            await output.WriteLineAsync("There is no such dead letter.");
            return 1;
        }

        var complete = true;
        IGrainFactory? grains = null;
        foreach (var consumer in letters.GroupBy(letter => letter.Consumer))
        {
            if (consumer.Key.StartsWith(PlainSubscriber, StringComparison.Ordinal))
            {
                await output.WriteLineAsync(
                    $"{consumer.Key}: not replayed. It is a plain subscriber, which gets what comes and keeps no place; its events are in the journal under their id.");
                complete = false;
                continue;
            }

            grains ??= await connect();
            var (taken, all) = (0, consumer.Count());
            foreach (var call in consumer.GroupBy(letter => letter.Partition).SelectMany(partition => partition.Chunk(LettersPerCall)))
            {
                taken += await Consumers.Partition(grains, consumer.Key, call[0].Partition).ReplayAsync([.. call.Select(letter => letter.Position)]);
            }

            await output.WriteLineAsync(taken == all
                ? $"{consumer.Key}: {taken} of {all} taken."
                : $"{consumer.Key}: {taken} of {all} taken; what is still refused stays a dead letter, and the silo's log says why.");
            complete &= taken == all;
        }

        return complete ? 0 : 1;
    }
}
