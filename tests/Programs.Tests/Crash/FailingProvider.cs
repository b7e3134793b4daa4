using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Granary.PaymentProvider;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Programs.Tests.Crash;

/// <summary>
/// The sample provider in this process: of every ten calls one is carried out and not answered, and every event comes three times and out of
/// order.
/// </summary>
internal sealed class FailingProvider : IAsyncDisposable
{
    private const string Key = "key-of-the-shop";
    private const string Secret = "secret-of-its-events";

    private readonly string _ledger = Path.Combine(Path.GetTempPath(), $"granary-ledger-{Guid.NewGuid():N}.db");
    private readonly Uri _address = new($"http://127.0.0.1:{ProgramProcess.FreePort()}");
    private readonly HttpClient _http;
    private WebApplication? _app;

    public FailingProvider()
    {
        _http = new HttpClient { BaseAddress = _address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    /// <summary>
    /// How a product reaches it. The times after which it is asked are a fiftieth, and so is the time for which a breaker stays open, which a
    /// busy machine opens again and again.
    /// </summary>
    public Dictionary<string, string> Settings => new()
    {
        ["Granary__Payments__Provider"] = "Http",
        ["Granary__Payments__Http__Address"] = _address.ToString(),
        ["Granary__Payments__Http__Key"] = Key,
        ["Granary__Payments__Http__WebhookSecret"] = Secret,
        ["Granary__Payments__CallTimeout"] = "00:00:02",
        ["Granary__Payments__TimeScale"] = "0.02",
    };

    /// <summary>Starts it, with faults; its events go to a product.</summary>
    public async Task StartAsync(Uri product)
    {
        _app = ProviderApp.Create(
        [
            "--urls", _address.ToString(), "--Provider:Database", _ledger, "--Provider:Key", Key, "--Provider:WebhookSecret", Secret,
            "--Provider:WebhookUrl", new Uri(product, "/payment-webhooks/http").ToString(), "--Logging:LogLevel:Default", "None",
        ]);
        await _app.StartAsync();
        var tenth = new CallFault("commit_then_hang", 0.1);
        _app.Services.GetRequiredService<Faults>().Plan = new FaultPlan(
            new()
            {
                ["authorize"] = tenth,
                ["capture"] = tenth,
                ["refund"] = tenth,
                ["void"] = new("error_after", 0.1),
                ["ask"] = new("error_before", 0.1),
            },
            new EventFault(Copies: 3, Reorder: true));
    }

    /// <summary>The payments of its ledger, by their ids.</summary>
    public async Task<Dictionary<string, LedgerPayment>> LedgerAsync()
    {
        var payments = new Dictionary<string, LedgerPayment>();
        string? cursor = null;
        do
        {
            var page = (await _http.GetFromJsonAsync<JsonNode>("/v1/operations?limit=1000" + (cursor is null ? "" : "&cursor=" + cursor)))!;
            foreach (var operation in page["data"]!.AsArray())
            {
                var id = (string)operation!["payment"]!;
                payments.TryAdd(id, _app!.Services.GetRequiredService<Ledger>().FindPayment(id)!);
            }

            cursor = (string?)page["next_cursor"];
        }
        while (cursor is not null);
        return payments;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_ledger) + "*"))
        {
            File.Delete(file);
        }
    }
}
