using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Commands.Grammar;
using Granary.Domain.Events;
using Granary.Domain.Payments;
using Granary.Grains.Interfaces;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Payments.Reconciling;
using Granary.Hosting;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>
/// The command <c>reconcile</c>: compares the payment provider's list with the journal. What the journal lacks, the running product's payments
/// take in; the command writes nothing itself.
/// </summary>
internal static class ReconcileCommand
{
    private const string Name = "reconcile";

    /// <summary>The exit code where the two differ.</summary>
    private const int Differ = 1;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Puts it together.</summary>
    public static Command Create(IAnsiConsole console)
    {
        var from = CommandOptions.Time("--from", "Compares what happened from this time on; by default the day before the end");
        var to = CommandOptions.Time("--to", "Compares what happened before this time; by default up to a minute ago");
        var dryRun = new Option<bool>("--dry-run") { Description = "Only compares: payments take in nothing" };
        var all = new Option<bool>("--give-back-all")
        {
            Description = $"Gives back also more than {Reconciler.MostGivenBack} payments that the journal does not know",
        };
        var json = new Option<bool>("--json") { Description = "Writes JSON instead of a table" };
        var command = GranaryCommand.Of(
            Name,
            "Compares the payment provider's list with the journal; payments of the running product take in what is missing. Exits with 1 where they differ",
            Name,
            $"{Name} {from.Name} 2026-01-01 {to.Name} 2026-02-01 {dryRun.Name}",
            $"{Name} {json.Name}");
        command.Add(from);
        command.Add(to);
        command.Add(dryRun);
        command.Add(all);
        command.Add(json);
        command.Validators.Add(result =>
        {
            // A value that is no time has its own message.
            if (TimeOf(from) is { } start && TimeOf(to) is { } end && start >= end)
            {
                result.AddError($"{from.Name} is not before {to.Name}.");
            }

            DateTimeOffset? TimeOf(Option option) => result.GetResult(option)?.Tokens is [{ Value: var text }] ? CommandOptions.ReadTime(text) : null;
        });
        command.SetAction((parsed, cancellationToken) => parsed.UseStoresAsync(console, async (stores, settings) =>
        {
            var now = DateTimeOffset.UtcNow;
            var end = parsed.GetValue(to) is not { } given ? now - Reconciler.Rest : given < now ? given : now;
            var start = parsed.GetValue(from) ?? end - Day;
            var request = new Request(start, end, parsed.GetValue(dryRun), parsed.GetValue(all), parsed.GetValue(json));
            return await RunAsync(request, stores, settings, console, cancellationToken);
        }));
        return command;
    }

    private static async Task<int> RunAsync(
        Request request, StoreReader stores, SettingsReader settings, IAnsiConsole console, CancellationToken cancellationToken)
    {
        await using var services = ProviderOf(settings, stores);
        try
        {
            var report = await CompareAsync(services.GetRequiredService<Reconciler>(), request, console, cancellationToken);
            var plan = Reconciler.Plan(report, request.GivesAllBack);
            Show(request, services.GetRequiredService<ProviderGateway>().Name, report, plan, console);
            if (!request.IsDry && plan.Any(planned => planned.Action != DifferenceAction.LeftToOperator))
            {
                await using var product = new ProductConnection(settings);
                await Reconciler.TakeInAsync(await product.GrainsAsync(), plan, cancellationToken);
            }

            return report.IsClean ? 0 : Differ;
        }
        catch (ProviderSilentException silent)
        {
            console.Say(silent.Message);
            return ExitCodes.Unavailable;
        }
        catch (AggregateException faults)
        {
            console.Say(string.Join('\n', faults.InnerExceptions.Select(fault => fault.Message)));
            return ExitCodes.Unavailable;
        }
        catch (DamagedRecordException damage)
        {
            console.Say(damage.Message);
            return ExitCodes.BadData;
        }
    }

    /// <summary>The way to the provider, and the journal; no silo.</summary>
    private static ServiceProvider ProviderOf(SettingsReader settings, StoreReader stores)
    {
        var options = settings.Payments();
        if (options.Provider is ProviderKind.None or ProviderKind.Sandbox)
        {
            throw new InvalidConfigurationException(
                SettingKeys.PaymentProvider, $"is {options.Provider}, which keeps no list that payments could be compared with.");
        }

        return new ServiceCollection()
            .AddLogging()
            .AddSingleton(stores.Get<Journal.IJournal>())
            .AddPaymentProvider(options)
            .AddReconciler()
            .BuildServiceProvider();
    }

    /// <summary>Progress is for a terminal, and not for a program that reads JSON.</summary>
    private static Task<ReconciliationReport> CompareAsync(
        Reconciler reconciler, Request request, IAnsiConsole console, CancellationToken cancellationToken) =>
        console.Profile.Capabilities.Interactive && !request.IsJson
            ? console.Progress().AutoClear(true).StartAsync(progress =>
            {
                var task = progress.AddTask("Comparing payments", maxValue: 1);
                return reconciler.CompareAsync(request.From, request.To, new Bar(task), cancellationToken);
            })
            : reconciler.CompareAsync(request.From, request.To, progress: null, cancellationToken);

    private static void Show(
        Request request,
        string provider,
        ReconciliationReport report,
        IReadOnlyList<(Difference Difference, DifferenceAction Action)> plan,
        IAnsiConsole console)
    {
        if (request.IsJson)
        {
            var rows = plan.Select(planned => RowOf(planned.Difference, planned.Action)).ToList();
            var result = new Result(provider, request.From, request.To, report.IsClean, report.Matched, report.OnTheirWay, report.Foreign, rows);
            console.Say(JsonSerializer.Serialize(result, ReconciliationJson.Default.Result));
            return;
        }

        console.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{provider}, {request.From:u} to {request.To:u}: {report.Matched} operations match, {report.OnTheirWay} are on their way, {report.Foreign} are not of this shop."));
        ShowRows([.. plan.Select(planned => RowOf(planned.Difference, planned.Action))], request.IsDry ? "to do" : "done", console);
        console.Say(report.IsClean ? "The provider and the journal agree." : $"{report.Differences.Count} differences.");
    }

    /// <summary>A table for a person; for a file or a program a line each, however long.</summary>
    private static void ShowRows(IReadOnlyList<Row> rows, string action, IAnsiConsole console)
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            foreach (var row in rows)
            {
                console.Say($"{row.Difference} {row.Payment} {row.Key ?? row.Operation} here={Amount(row.Here)} there={Amount(row.There)} {row.Action}");
            }

            return;
        }

        if (rows.Count == 0)
        {
            return;
        }

        var table = new Table().AddColumns("payment", "operation", "difference", "here", "there", action);
        foreach (var row in rows)
        {
            table.AddRow(
                Markup.Escape(row.Payment), Markup.Escape(row.Key ?? row.Operation), row.Difference, Amount(row.Here), Amount(row.There), row.Action);
        }

        console.Write(table);
    }

    private static string Amount(long? amount) => amount?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static Row RowOf(Difference difference, DifferenceAction action) => new(
        Words.Of(difference.Kind), difference.Payment, difference.Key, Words.Of(difference.Operation), difference.Reference, difference.Here,
        difference.There, Words.Of(action));

    /// <summary>What the command is asked to do.</summary>
    private sealed record Request(DateTimeOffset From, DateTimeOffset To, bool IsDry, bool GivesAllBack, bool IsJson);

    /// <summary>Reports at once; <see cref="Progress{T}"/> would after the bar is gone.</summary>
    private sealed class Bar(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }

    /// <summary>What <c>--json</c> writes.</summary>
    internal sealed record Result(
        string Provider, DateTimeOffset From, DateTimeOffset To, bool Clean, int Matched, int OnTheirWay, int Foreign, IReadOnlyList<Row> Differences);

    /// <summary>A difference. Amounts are minor units.</summary>
    internal sealed record Row(
        string Difference, string Payment, string? Key, string Operation, string? Reference, long? Here, long? There, string Action);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ReconcileCommand.Result))]
internal sealed partial class ReconciliationJson : JsonSerializerContext;
