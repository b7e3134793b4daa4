using System.Net;
using Granary.Grains.Webhooks;

namespace Granary.Silo.Tests.Webhooks;

/// <summary>A name server with scripted answers, one after another, and then always the last one.</summary>
public sealed class ScriptedResolver(params string[] answers) : IHostResolver
{
    private int _asked;

    /// <summary>How many times it was asked.</summary>
    public int Asked => _asked;

    public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var answer = answers[Math.Min(Interlocked.Increment(ref _asked), answers.Length) - 1];
        return Task.FromResult<IReadOnlyList<IPAddress>>([.. answer.Split(' ').Select(IPAddress.Parse)]);
    }
}
