using System.Collections.Concurrent;
using System.Reflection;
using Granary.Grains.Interfaces;
using Orleans.Runtime.Messaging;
using Orleans.Serialization.Invocation;

namespace Granary.Hosting.Clustering;

/// <summary>
/// Repeats a call of an endpoint that met a silo on its way out or an activation that had lost its stream, or that waits when a
/// silo is lost: a moment later the grain lives elsewhere, and the caller sees no fault. Only what is
/// <see cref="IdempotentAttribute">idempotent</see> is repeated, because the lost call may have done its work. A store that is out
/// of reach is not waited for here: the store does that itself. See the table of retries in <c>docs/architecture.md</c>.
/// </summary>
/// <remarks>
/// A grain of this process gets the very request of its caller, and Orleans empties it once the grain has answered, with a fault, too. So the
/// arguments are kept: a repetition without them would be another call, one of nobody in particular.
/// </remarks>
public sealed class RepeatedCalls(TimeProvider clock, GatewayLosses? losses = null) : IOutgoingGrainCallFilter
{
    /// <summary>Before each repetition. Together the time in which grains of a silo that stops are at home elsewhere.</summary>
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromMilliseconds(25), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(800),
        TimeSpan.FromMilliseconds(1_600),
    ];

    /// <summary>
    /// From the first fault to the last repetition. What fails for longer is an outage, which a repetition would only meet again. How long the first
    /// call took says nothing: on a busy machine it may take seconds until a silo that stops is known to have lost it.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    /// <summary>
    /// After a connection was lost. Most calls never went over it and are answered meanwhile; and until every silo knows that one is
    /// gone, a call made anew could be passed on to it and be lost again.
    /// </summary>
    private static readonly TimeSpan LostCallPause = TimeSpan.FromSeconds(1);

    /// <summary>Whether a call is made anew because the answer of one before was overdue or lost.</summary>
    private static readonly AsyncLocal<bool> IsRepetition = new();

    // Asked of every call, and reflection would look for the attribute anew each time.
    private static readonly ConcurrentDictionary<MethodInfo, IdempotentAttribute?> Declared = new();

    /// <inheritdoc/>
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);

        // Grains have their own way to deal with what fails in the middle of a decision.
        return context.SourceContext is null || context.SourceId is { } source && source.IsClient()
            ? InvokeRepeatedly(context)
            : context.Invoke();
    }

    private async Task InvokeRepeatedly(IOutgoingGrainCallContext context)
    {
        long? failed = null;
        var declared = Declared.GetOrAdd(context.InterfaceMethod, static method => method.GetCustomAttribute<IdempotentAttribute>());
        if (declared is null || ArgumentsOf(context.Request) is var arguments && arguments.Any(argument => argument is IRepeatable { IsRepeatable: false }))
        {
            await context.Invoke();
            return;
        }

        foreach (var pause in Pauses)
        {
            var lost = losses?.Next;
            var call = context.Invoke();
            if (lost is not null && await Task.WhenAny(call, lost) == lost && await Task.WhenAny(call, Task.Delay(LostCallPause)) != call)
            {
                await CallAnewAsync(context, arguments, call);
                return;
            }

            Exception? fault;
            try
            {
                await call;
                fault = context.Response?.Exception;
            }
            catch (Exception thrown) when (thrown is TimeoutException || MayRepeat(thrown))
            {
                fault = thrown;
            }

            if (fault is TimeoutException && !IsRepetition.Value)
            {
                // The message was lost with a silo that died. By the time its answer is overdue, the silo has been declared dead.
                await PauseAsync(pause);
                await CallAnewAsync(context, arguments, call);
                return;
            }

            if (fault is null || !MayRepeat(fault))
            {
                await call;
                return;
            }

            await PauseAsync(pause);
            Fill(context.Request, arguments);
        }

        await context.Invoke();

        bool MayRepeat(Exception fault) => IsPassing(fault, declared) && clock.GetElapsedTime(failed ??= clock.GetTimestamp()) < Patience;
    }

    /// <summary>
    /// Makes a call a second time because its answer is overdue, or a connection was lost: it is not known whether the answer was to come
    /// over that one, so the first answer counts. A grain of this process may still be at the first request, and a context cannot be invoked
    /// while it is being invoked; so the second call has a request and a context of its own. This filter repeats it as any other call, but
    /// for another answer that is overdue.
    /// </summary>
    private static async Task CallAnewAsync(IOutgoingGrainCallContext context, object[] arguments, Task call)
    {
        var request = (IInvokable)Activator.CreateInstance(context.Request.GetType())!;
        Fill(request, arguments);
        request.SetTarget(new Reference(context.Grain));
        IsRepetition.Value = true;
        var again = request.Invoke().AsTask();
        if (!call.IsCompleted && await Task.WhenAny(call, again) == call && call.IsCompletedSuccessfully && context.Response?.Exception is null)
        {
            return;
        }

        context.Response = await again;
    }

    /// <summary>Pauses with jitter, so that the callers of a lost silo do not return in step.</summary>
    private static Task PauseAsync(TimeSpan pause) => Task.Delay(pause * (0.5 + Random.Shared.NextDouble()));

    /// <summary>
    /// Whether the grain is elsewhere a moment later. A call is also rejected when the grain cannot read its stream, and the store
    /// has already been asked for as long as it is worth.
    /// </summary>
    private static bool IsPassing(Exception fault, IdempotentAttribute declared) => fault switch
    {
        VersionConflictException => !declared.LeavesConflicts,
        OrleansMessageRejectionException => !IsOfStore(fault),
        _ => fault is ConnectionFailedException,
    };

    private static bool IsOfStore(Exception fault)
    {
        for (var cause = fault.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is JournalUnavailableException)
            {
                return true;
            }
        }

        return false;
    }

    private static object[] ArgumentsOf(IInvokable request)
    {
        var arguments = new object[request.GetArgumentCount()];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = request.GetArgument(i)!;
        }

        return arguments;
    }

    private static void Fill(IInvokable request, object[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            request.SetArgument(i, arguments[i]);
        }
    }

    /// <summary>The reference through which a call was made, as what a request is carried out on: that makes the call again.</summary>
    private sealed class Reference(object grain) : ITargetHolder
    {
        public object GetTarget() => grain;

        public object? GetComponent(Type componentType) => null;
    }
}
