using System.Text.Json;

namespace Granary.PaymentProvider;

/// <summary>A payment provider with a ledger of its own, for trying and testing the <c>http</c> adapter. See docs/payments-protocol.md.</summary>
public static class ProviderApp
{
    /// <summary>Composes the program. Settings: <c>Provider:Database</c>, <c>:Key</c>, <c>:WebhookUrl</c>, <c>:WebhookSecret</c>.</summary>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            builder.WebHost.UseUrls("http://localhost:5090");
        }

        builder.Services.AddOptions<ProviderOptions>().BindConfiguration("Provider");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Ledger>();
        builder.Services.AddSingleton<Faults>();
        builder.Services.AddSingleton<WebhookSender>();
        builder.Services.AddHostedService(services => services.GetRequiredService<WebhookSender>());
        builder.Services.AddHttpClient();
        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning).AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
        var app = builder.Build();
        app.MapOperations();
        app.MapChallenges();
        app.MapControl();
        return app;
    }
}

/// <summary>The settings of the program.</summary>
public sealed class ProviderOptions
{
    /// <summary>The file of the ledger.</summary>
    public string Database { get; set; } = Path.Combine(AppContext.BaseDirectory, "ledger.db");

    /// <summary>The key that callers send as a bearer token. The default is for the own machine.</summary>
    public string Key { get; set; } = "sample";

    /// <summary>Where events go; without it none are sent.</summary>
    public Uri? WebhookUrl { get; set; }

    /// <summary>The secret that events are signed with.</summary>
    public string WebhookSecret { get; set; } = "sample";

    /// <summary>For how long an authorization holds.</summary>
    public TimeSpan AuthorizationLife { get; set; } = TimeSpan.FromDays(7);
}
