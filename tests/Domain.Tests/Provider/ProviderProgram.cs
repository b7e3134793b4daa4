using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Granary.PaymentProvider;
using Microsoft.AspNetCore.Builder;

namespace Granary.Domain.Tests.Provider;

/// <summary>The sample provider in this process, on a port and with a ledger of its own.</summary>
internal sealed class ProviderProgram : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ProviderProgram(WebApplication app, string database)
    {
        (_app, Database) = (app, database);
        Http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
        Http.DefaultRequestHeaders.Add("Authorization", "Bearer k1");
    }

    public HttpClient Http { get; }

    public string Database { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="database">The ledger of a program that has died; null for a new one.</param>
    public static async Task<ProviderProgram> StartAsync(string? database = null, string? webhookUrl = null)
    {
        database ??= Path.Combine(Path.GetTempPath(), $"granary-provider-{Guid.NewGuid():N}.db");
        var app = ProviderApp.Create(
        [
            "--urls", "http://127.0.0.1:0", "--Provider:Database", database, "--Provider:Key", "k1", "--Provider:WebhookSecret", "s1",
            "--Provider:WebhookUrl", webhookUrl ?? "", "--Logging:LogLevel:Default", "None",
        ]);
        await app.StartAsync(Stop);
        return new ProviderProgram(app, database);
    }

    /// <summary>Asks for an operation.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> DoAsync(
        string payment, string kind, string key, object body, CancellationToken? cancellation = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/payments/{payment}/{kind}") { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await Http.SendAsync(request, cancellation ?? Stop);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Stop))!;
        ProtocolDocument.Promises(HttpMethod.Post, $"/v1/payments/{payment}/{kind}", response.StatusCode, answer);
        return (response.StatusCode, answer);
    }

    public Task<(HttpStatusCode Status, JsonNode Body)> AuthorizeAsync(string payment, string token = "tok_ok") =>
        DoAsync(payment, "authorize", payment + "-authorize-1", new { amount = 1_000, currency = "USD", token });

    /// <summary>Asks for an authorization and gives up waiting for it once something has become so.</summary>
    public async Task GiveUpAsync(string payment, Func<Task<bool>> has)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var call = DoAsync(
            payment, "authorize", payment + "-authorize-1", new { amount = 1_000, currency = "USD", token = "tok_ok" }, giveUp.Token);
        while (!await has())
        {
        }

        Assert.False(call.IsCompleted);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    /// <summary>The operation under a key; null when it is not known.</summary>
    public async Task<JsonNode?> AskAsync(string key)
    {
        using var response = await Http.GetAsync(new Uri($"/v1/operations/{key}", UriKind.Relative), Stop);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Stop));
        ProtocolDocument.Promises(HttpMethod.Get, $"/v1/operations/{key}", response.StatusCode, answer);
        return response.StatusCode == HttpStatusCode.NotFound ? null : answer;
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        var answer = JsonNode.Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative), Stop))!;
        if (!path.StartsWith("/control/", StringComparison.Ordinal))
        {
            ProtocolDocument.Promises(HttpMethod.Get, path, HttpStatusCode.OK, answer);
        }

        return answer;
    }

    public async Task FaultAsync(object plan)
    {
        using var response = await Http.PutAsJsonAsync("/control/faults", plan, Stop);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(Database) + "*"))
        {
            File.Delete(file);
        }
    }
}
