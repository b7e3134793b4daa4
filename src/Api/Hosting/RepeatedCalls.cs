using System.Diagnostics;
using System.Reflection;
using Granary.Journal;
using Orleans.Runtime.Messaging;
using Orleans.Serialization.Invocation;

namespace Granary.Hosting;

/// <summary>
/// Repeats a call of an endpoint that met a silo on its way out or an activation that had lost its stream: a moment later
/// the grain lives elsewhere, and the caller never learns of it. Only what is <see cref="IdempotentAttribute">idempotent</see>
/// is repeated, because the lost call may have done its work.
/// </summary>
public sealed class RepeatedCalls : IOutgoingGrainCallFilter
{
    /// <summary>Before each repetition. Together well below what a caller waits for anyway.</summary>
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromMilliseconds(25), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(800)];

    /// <summary>A call that took longer to fail met an outage, which a repetition would only meet again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <inheritdoc/>
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);

        // Grains have their own way to deal with what fails in the middle of a decision.
        return context.SourceContext is null || context.SourceId is { } source && source.IsClient()
            ? InvokeRepeatedly(context)
            : context.Invoke();
    }

    private static async Task InvokeRepeatedly(IOutgoingGrainCallContext context)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var pause in Pauses)
        {
            try
            {
                await context.Invoke();
                if (context.Response?.Exception is not { } fault || !IsPassing(fault) || !MayRepeat(context, started))
                {
                    return;
                }
            }
            catch (Exception fault) when (IsPassing(fault) && MayRepeat(context, started))
            {
                // Said again below.
            }

            // Jitter, so that the callers of a lost silo do not return in step.
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()));
        }

        await context.Invoke();
    }

    private static bool IsPassing(Exception fault) =>
        fault is OrleansMessageRejectionException or ConnectionFailedException or VersionConflictException or JournalUnavailableException;

    private static bool MayRepeat(IOutgoingGrainCallContext context, long started) =>
        Stopwatch.GetElapsedTime(started) < Patience && IsIdempotent(context.InterfaceMethod, context.Request);

    private static bool IsIdempotent(MethodInfo method, IInvokable request)
    {
        if (method.GetCustomAttribute<IdempotentAttribute>() is null)
        {
            return false;
        }

        for (var i = 0; i < request.GetArgumentCount(); i++)
        {
            if (request.GetArgument(i) is IRepeatable { IsRepeatable: false })
            {
                return false;
            }
        }

        return true;
    }
}
