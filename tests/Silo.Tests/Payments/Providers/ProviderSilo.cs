using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Granary.Commands;
using Granary.Domain.Audit;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Payments.Reconciling;
using Granary.PaymentProvider;
using Granary.Silo.Tests.Saga;
using Granary.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace Granary.Silo.Tests.Payments.Providers;

/// <summary>A silo that pays with the sample provider, which is in this process and has a ledger of its own.</summary>
public sealed class ProviderSilo : SagaSilo, IAsyncLifetime
{
    private readonly string _ledger = Path.Combine(Path.GetTempPath(), $"granary-provider-{Guid.NewGuid():N}.db");
    private WebApplication _provider = null!;
    private HttpClient _http = null!;

    /// <summary>Compares the provider's list with the journal.</summary>
    public Reconciler Reconciler => Services.GetRequiredService<Reconciler>();

    /// <summary>The nightly comparison.</summary>
    public ReconciliationJob Job => Services.GetRequiredService<ReconciliationJob>();

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        _provider = ProviderApp.Create(
        [
            "--urls", "http://127.0.0.1:0", "--Provider:Database", _ledger, "--Provider:Key", "k1", "--Logging:LogLevel:Default", "None",
        ]);
        await _provider.StartAsync();
        _http = new HttpClient { BaseAddress = new Uri(_provider.Urls.First()) };
        _http.DefaultRequestHeaders.Add("Authorization", "Bearer k1");
        await InitializeAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        _http.Dispose();
        await _provider.DisposeAsync();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_ledger) + "*"))
        {
            File.Delete(file);
        }
    }

    public IPaymentGrain Payment(string id) => Services.GetRequiredService<IGrainFactory>().GetGrain<IPaymentGrain>(id);

    /// <summary>Pays a new order of 100.</summary>
    public async Task<string> PayAsync()
    {
        var user = await NewUserAsync(0);
        var sku = await NewProductAsync("lamp", 50, 2);
        var placed = await Order(NewOrderId()).Place(new PlaceOrder
        {
            UserId = user, By = user, Lines = [new RequestedLine(sku, 2)], PaymentMethod = PaymentMethod.External,
        });
        var id = PaymentId.From(placed.Order!.Id, "key");
        Assert.Null((await Payment(id).Pay(new PayExternally(placed.Order.Id, user, "tok_ok", CaptureMode.Automatic, user))).Refusal);
        return id;
    }

    /// <summary>Sets the provider's faults.</summary>
    public async Task FaultAsync(object plan)
    {
        using var response = await _http.PutAsJsonAsync("/control/faults", plan);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Calls the provider, as the product would have before its journal was lost.</summary>
    public async Task CallAsync(string payment, string kind, int ordinal, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/payments/{payment}/{kind}") { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", $"{payment}-{kind}-{ordinal}");
        using var response = await _http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>What the provider has of a payment.</summary>
    public async Task<(long Authorized, long Captured, long Refunded)> ChargeAsync(string payment)
    {
        var found = JsonNode.Parse(await _http.GetStringAsync(new Uri($"/v1/payments/{payment}", UriKind.Relative)))!;
        return ((long)found["authorized"]!, (long)found["captured"]!, (long)found["refunded"]!);
    }

    /// <summary>Runs the command over the silo's journal.</summary>
    public async Task<(int Code, string Output)> RunAsync(params string[] options)
    {
        await using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output),
        });
        var code = await CommandLine.RunAsync(
            ["reconcile", "--to", "2100-01-01", $"--Granary:DataDirectory={DataDirectory}", .. Settings.Select(setting => $"--{setting.Key}={setting.Value}"), .. options],
            _ => throw new InvalidOperationException("The product was to run."),
            console,
            output);
        return (code, output.ToString());
    }

    /// <summary>Waits until the journal is sound and nothing in it lags.</summary>
    public Task IsSoundAsync(CancellationToken cancellationToken) => Eventually.SucceedsAsync(
        async () =>
        {
            var audit = new JournalAudit();
            foreach (var record in await Journal.ReadAllAsync(0, 100_000, cancellationToken))
            {
                audit.Add(record);
            }

            var report = audit.Judge();
            Assert.Empty(report.Violations);
            Assert.Empty(report.Lagging);
            return true;
        },
        fault => fault is Xunit.Sdk.XunitException);

    /// <inheritdoc/>
    protected override void Compose(IServiceCollection services)
    {
        services.AddSingleton<Streams.Recorder>();
        services.AddPaymentProvider(new PaymentOptions
        {
            Provider = ProviderKind.Http,
            Http = new RemoteProvider(new Uri(_provider.Urls.First()), "k1", "s1"),
            Breaker = new BreakerOptions { LeastCalls = int.MaxValue },
        });
    }

    private Dictionary<string, string> Settings => new()
    {
        ["Granary:Payments:Provider"] = "Http",
        ["Granary:Payments:Http:Address"] = _provider.Urls.First(),
        ["Granary:Payments:Http:Key"] = "k1",
        ["Granary:Payments:Http:WebhookSecret"] = "s1",
    };
}
