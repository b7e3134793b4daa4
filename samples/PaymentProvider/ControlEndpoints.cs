namespace Granary.PaymentProvider;

/// <summary>Faults on demand, for tests and demonstrations. A real provider has nothing like it.</summary>
internal static class ControlEndpoints
{
    public static void MapControl(this WebApplication app)
    {
        var group = app.MapGroup("/control");
        group.MapGet("/faults", (Faults faults) => faults.Plan);
        group.MapPut("/faults", (FaultPlan plan, Faults faults) => plan.IsKnown
            ? Results.Ok(faults.Plan = plan)
            : Results.Json(new Fault("invalid_request"), statusCode: StatusCodes.Status400BadRequest));
        group.MapDelete("/faults", (Faults faults) => faults.Plan = new FaultPlan());
        group.MapGet("/calls", (Faults faults) => faults.Calls);
        group.MapPost("/payments/{payment}/dispute", (string payment, Ledger ledger) => Answer(ledger.Dispute(payment)));
        group.MapPost("/payments/{payment}/expire", (string payment, Ledger ledger) => Answer(ledger.Expire(payment)));
    }

    private static IResult Answer(LedgerPayment? changed) => changed is null ? Results.Conflict() : Results.Ok(changed);
}
