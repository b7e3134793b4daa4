using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Granary.Baselines;

/// <summary>Executes one valid order; the only part in which the contenders differ.</summary>
public delegate ValueTask<OrderOutcome> PlaceOrder(OrderCommand command);

/// <summary>The host and the endpoint that all baselines share: same JSON, same validation, same responses.</summary>
public static class OrderEndpoint
{
    /// <summary>A host that logs only warnings and serialises with generated code.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.ConfigureHttpJsonOptions(options =>
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, OrderJson.Default));
        return builder;
    }

    /// <summary>Maps <c>POST /orders</c> and <c>GET /health/ready</c>.</summary>
    public static void MapOrders(this IEndpointRouteBuilder app, PlaceOrder place)
    {
        app.MapGet("/health/ready", () => "ready");
        app.MapPost("/orders", (HttpContext http) => AnswerAsync(http, place));
    }

    /// <summary>Maps what <c>kill-account.sh</c> reads: <c>GET /products/{sku}/stock</c> and <c>GET /users/{id}</c>.</summary>
    public static void MapAccount(this IEndpointRouteBuilder app, Func<string, Task<StockDocument>> stock, Func<string, Task<WalletDocument>> wallet)
    {
        app.MapGet("/products/{sku}/stock", async (HttpContext http) =>
            await http.Response.WriteAsJsonAsync(await stock((string)http.GetRouteValue("sku")!), OrderJson.Default.StockDocument));
        app.MapGet("/users/{id}", async (HttpContext http) =>
            await http.Response.WriteAsJsonAsync(
                new UserDocument(await wallet((string)http.GetRouteValue("id")!)), OrderJson.Default.UserDocument));
    }

    private static async Task AnswerAsync(HttpContext http, PlaceOrder place)
    {
        PlaceOrderRequest? request;
        try
        {
            request = await http.Request.ReadFromJsonAsync(OrderJson.Default.PlaceOrderRequest, http.RequestAborted);
        }
        catch (System.Text.Json.JsonException)
        {
            request = null;
        }

        var key = http.Request.Headers["Idempotency-Key"];
        var (command, problem) = OrderCommand.From(request ?? new(), key.Count == 0 ? null : key.ToString(), DateTimeOffset.UtcNow);
        var outcome = command is null ? new OrderOutcome(null, problem) : await place(command);
        if (outcome.Placed is not { } placed)
        {
            http.Response.StatusCode = outcome.Problem!.Status;
            await http.Response.WriteAsJsonAsync(outcome.Problem, OrderJson.Default.ProblemDocument, "application/problem+json");
            return;
        }

        http.Response.StatusCode = placed.Replayed ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        http.Response.Headers.ETag = "\"1\"";
        http.Response.Headers.Location = $"/orders/{command!.Id}";
        if (placed.Replayed)
        {
            http.Response.Headers["Idempotent-Replayed"] = "true";
        }

        await http.Response.WriteAsJsonAsync(placed.Document(command), OrderJson.Default.OrderDocument);
    }
}
