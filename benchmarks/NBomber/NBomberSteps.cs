using System.Globalization;
using NBomber.CSharp;
using NBomber.Contracts;

namespace Granary.Load.Adapter;

/// <summary>Runs the steps of a flow as NBomber steps.</summary>
/// <param name="context">The context of the scenario's invocation.</param>
internal sealed class NBomberSteps(IScenarioContext context) : IStepRunner
{
    private int _failed;

    public bool AnyFailed => Volatile.Read(ref _failed) != 0;

    public async Task<Reply> RunAsync(string step, Func<Task<Reply>> call)
    {
        var reply = Reply.NoAnswer;
        await Step.Run(step, context, async () =>
        {
            reply = await call();
            var status = reply.Status.ToString(CultureInfo.InvariantCulture);
            // A refusal that the flow expects is a valid response, not a failure; the report shows its status.
            return reply.Verdict is Verdict.Failed
                ? Response.Fail(statusCode: status)
                : Response.Ok(statusCode: status, sizeBytes: reply.Body.Length);
        });
        if (reply.Verdict is Verdict.Failed)
        {
            Interlocked.Exchange(ref _failed, 1);
        }

        return reply;
    }
}
