using Granary.Api.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace Granary.Api.Traffic;

/// <summary>
/// Executes as many requests at a time as <see cref="Admission"/> admits and refuses at once those that would wait too long: a
/// server that accepts more work than it can do answers every caller late, one that sheds answers most of them in time.
/// </summary>
public sealed class LoadShedding(RequestDelegate next, Admission admission, AdmissionMetrics metrics)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Unshed>() is not null)
        {
            return next(context);
        }

        return admission.TryEnter() ? WorkAsync(context) : QueueAsync(context);
    }

    private async Task WorkAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<LongAnswer>() is not null)
        {
            await AnswerAtLengthAsync(context);
            return;
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<WaitForOthers>() is not null)
        {
            await WaitForOthersAsync(context);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            admission.Leave();
        }
    }

    /// <summary>Gives the turn back as soon as the answer waits for its reader: from there on nothing is left to do but to copy bytes.</summary>
    private async Task AnswerAtLengthAsync(HttpContext context)
    {
        var turn = new Turn(admission);
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(new PatientAnswer(body, turn));
        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Set(body);
            turn.GiveBack();
        }
    }

    /// <summary>Lets the endpoint give the turn back when nothing is left to do but to wait for another system.</summary>
    private async Task WaitForOthersAsync(HttpContext context)
    {
        var turn = new Turn(admission);
        context.Features.Set(turn);
        try
        {
            await next(context);
        }
        finally
        {
            turn.GiveBack();
        }
    }

    private async Task QueueAsync(HttpContext context)
    {
        var admittance = await admission.WaitAsync(context.RequestAborted);
        switch (admittance)
        {
            case Admittance.Entered:
                await WorkAsync(context);
                return;
            case Admittance.Gone:
                // The caller has disconnected and reads no response.
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                return;
            default:
                metrics.Shed(admittance);
                await RefuseAsync(context);
                return;
        }
    }

    private async Task RefuseAsync(HttpContext context)
    {
        if (admission.HoldRefusal() is var hold && hold > TimeSpan.Zero)
        {
            // If the caller has disconnected meanwhile, the response has no effect.
            await Task.Delay(hold, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var seconds = (int)Math.Ceiling(admission.RetryAfter.TotalSeconds);
        await new ProblemResult(Problem.Of(ProblemTypes.Overloaded) with { RetryAfter = seconds }).ExecuteAsync(context);
    }

    /// <summary>Marks an endpoint that is never shed.</summary>
    public sealed record Unshed;

    /// <summary>Marks an endpoint that waits for another system, and calls <see cref="TrafficSetup.GiveBackTurn"/> before.</summary>
    public sealed record WaitForOthers;

    /// <summary>Marks an endpoint whose answer may be longer than the server buffers.</summary>
    public sealed record LongAnswer;
}
