using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Granary.PaymentProvider;

/// <summary>The protocol itself: operations under idempotency keys, and questions about them.</summary>
internal static class OperationEndpoints
{
    private static readonly string[] Kinds = ["authorize", "capture", "void", "refund"];

    public static void MapOperations(this WebApplication app)
    {
        var group = app.MapGroup("/v1").AddEndpointFilter(Authenticate);
        group.MapPost("/payments/{payment}/{kind}", ExecuteAsync);
        group.MapGet("/payments/{payment}", (string payment, Ledger ledger) =>
            ledger.FindPayment(payment) is { } found ? Results.Ok(found) : Missing());
        group.MapGet("/operations/{key}", AskAsync);
        group.MapGet("/operations", List);
    }

    private static async ValueTask<object?> Authenticate(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var expected = context.HttpContext.RequestServices.GetRequiredService<IOptions<ProviderOptions>>().Value.Key;
        var sent = context.HttpContext.Request.Headers.Authorization.ToString();
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes("Bearer " + expected))
            ? await next(context)
            : Results.Json(new Fault("unauthorized"), statusCode: StatusCodes.Status401Unauthorized);
    }

    private static async Task<IResult> ExecuteAsync(
        string payment, string kind, OperationRequest request, HttpContext http, Ledger ledger, Faults faults)
    {
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (!Kinds.Contains(kind) || key.Length is 0 or > 255 || (kind == "void" ? request.Amount is not null : request.Amount is null or <= 0))
        {
            return Results.Json(new Fault("invalid_request"), statusCode: StatusCodes.Status400BadRequest);
        }

        var fault = faults.Draw(kind);
        switch (fault?.Fault)
        {
            case "hang_then_nothing":
                return await HangAsync(http);
            case "error_before":
                return Results.Json(new Fault("unavailable"), statusCode: StatusCodes.Status503ServiceUnavailable);
            case "slow":
                await Task.Delay(fault.DelayMs, http.RequestAborted);
                break;
            case null when request.Token == "tok_slow":
                await Task.Delay(new CallFault("slow").DelayMs, http.RequestAborted);
                break;
        }

        var operation = ledger.Execute(key, payment, kind, request, declines: fault?.Fault == "decline" && kind == "authorize");
        return fault?.Fault switch
        {
            "commit_then_hang" => await HangAsync(http),
            "error_after" => Results.Json(new Fault("unavailable"), statusCode: StatusCodes.Status502BadGateway),
            _ => operation is null
                ? Results.Json(new Fault("idempotency_key_reused"), statusCode: StatusCodes.Status409Conflict)
                : Results.Ok(Seen(operation, http)),
        };
    }

    private static async Task<IResult> AskAsync(string key, HttpContext http, Ledger ledger, Faults faults)
    {
        var fault = faults.Draw("ask");
        switch (fault?.Fault)
        {
            case "commit_then_hang" or "hang_then_nothing":
                return await HangAsync(http);
            case "error_before" or "error_after":
                return Results.Json(new Fault("unavailable"), statusCode: StatusCodes.Status503ServiceUnavailable);
            case "slow":
                await Task.Delay(fault.DelayMs, http.RequestAborted);
                break;
        }

        return ledger.Find(key) is { } found ? Results.Ok(Seen(found, http)) : Missing();
    }

    private static IResult List(DateTimeOffset? from, DateTimeOffset? to, string? cursor, int? limit, HttpContext http, Ledger ledger)
    {
        var after = 0L;
        if (cursor is not null && !long.TryParse(cursor, CultureInfo.InvariantCulture, out after))
        {
            return Results.Json(new Fault("invalid_request"), statusCode: StatusCodes.Status400BadRequest);
        }

        var page = ledger.List(from ?? DateTimeOffset.UnixEpoch, to ?? DateTimeOffset.MaxValue, after, Math.Clamp(limit ?? 100, 1, 1_000));
        return Results.Ok(page with { Data = [.. page.Data.Select(operation => Seen(operation, http))] });
    }

    /// <summary>The operation with a complete address of the page where the payer acts.</summary>
    private static Operation Seen(Operation operation, HttpContext http) => operation.NextAction is { } action
        ? operation with { NextAction = new NextAction($"{http.Request.Scheme}://{http.Request.Host}{action.Url}") }
        : operation;

    /// <summary>Never answers a caller who waits; one that waits for longer than any should is told that nothing came.</summary>
    private static async Task<IResult> HangAsync(HttpContext http)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMinutes(1), http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The caller has given up, which is what the fault is for.
        }

        return Results.StatusCode(StatusCodes.Status504GatewayTimeout);
    }

    private static IResult Missing() => Results.Json(new Fault("not_found"), statusCode: StatusCodes.Status404NotFound);
}
