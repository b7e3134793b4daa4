using System.Collections.Concurrent;

namespace Granary.Silo.Tests.Saga;

/// <summary>Counts the calls that are made, by the grain they are made to and the method.</summary>
public sealed class CallCounts : IOutgoingGrainCallFilter
{
    private readonly ConcurrentDictionary<(string Key, string Method), int> _calls = new();

    public int Of(string key, string method) => _calls.GetValueOrDefault((key, method));

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        _calls.AddOrUpdate((context.TargetId.Key.ToString()!, context.MethodName), 1, static (_, calls) => calls + 1);
        return context.Invoke();
    }
}
