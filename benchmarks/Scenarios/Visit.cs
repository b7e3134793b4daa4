namespace Granary.Load;

/// <summary>Runs one named step and measures it; each load generator has its own implementation.</summary>
public interface IStepRunner
{
    Task<Reply> RunAsync(string step, Func<Task<Reply>> call);
}

/// <summary>One pass of a client through a flow.</summary>
/// <param name="Shop">The shop as it was set up.</param>
/// <param name="Shopper">The client that makes the visit.</param>
/// <param name="Number">Number of the visit; unique within a run.</param>
/// <param name="Random">The client's own source of randomness.</param>
/// <param name="Steps">Measures the steps.</param>
/// <param name="Cancellation">Ends the visit early.</param>
public sealed record Visit(
    Shop Shop, Shopper Shopper, long Number, Random Random, IStepRunner Steps, CancellationToken Cancellation)
{
    public ShopClient Client => Shop.Client;

    /// <summary>An idempotency key that no other visit of any run has.</summary>
    public string Key => $"{Shop.Run}-{Number}";

    /// <summary>Makes a call as one step. Statuses in <paramref name="refusals"/> are part of the flow and not failures.</summary>
    public Task<Reply> StepAsync(string step, Func<Task<Reply>> call, params int[] refusals) =>
        Steps.RunAsync(step, async () =>
        {
            var reply = await call().ConfigureAwait(false);
            return reply.Verdict is Verdict.Failed && Array.IndexOf(refusals, reply.Status) >= 0
                ? reply with { Verdict = Verdict.Refused }
                : reply;
        });

    /// <summary>Makes a call as one step; a response without the content that the flow expects is a failure.</summary>
    public Task<Reply> StepAsync(string step, Func<Task<Reply>> call, Func<Reply, bool> holds) =>
        Steps.RunAsync(step, async () =>
        {
            var reply = await call().ConfigureAwait(false);
            return reply.Succeeded && !holds(reply) ? reply with { Verdict = Verdict.Failed } : reply;
        });
}
