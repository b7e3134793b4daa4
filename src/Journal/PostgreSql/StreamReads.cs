using Granary.Domain.Events;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// While four reads of streams are in progress, collects those that come and reads them with one statement; fewer do not wait. A statement
/// costs the server and the client more than the few rows of a stream do, which shows when many grains are activated at once.
/// </summary>
/// <param name="read">Reads the events of streams after their versions, each stream's in order.</param>
internal sealed class StreamReads(Func<string[], long[], Task<IReadOnlyList<JournalRecord>>> read)
{
    /// <summary>Statements at once.</summary>
    private const int Concurrency = 4;

    /// <summary>The number of streams that closes a statement; bounds what one answer holds.</summary>
    private const int MostStreams = 64;

    private readonly Lock _lock = new();
    private readonly Queue<Group> _waiting = new();
    private Group? _open;
    private int _running;

    /// <summary>The events of a stream after a version, in order. A caller that cancels only stops waiting.</summary>
    public async Task<IReadOnlyList<JournalRecord>> ReadAsync(string stream, long afterVersion, CancellationToken cancellation)
    {
        var found = await Join(stream, afterVersion).Found.WaitAsync(cancellation);
        return [.. found[stream].Where(record => record.Version > afterVersion)];
    }

    private Group Join(string stream, long afterVersion)
    {
        lock (_lock)
        {
            var group = _open ?? new Group();
            group.Add(stream, afterVersion);
            if (_open is null)
            {
                Start(group);
            }
            else if (group.Count == MostStreams)
            {
                _open = null;
            }

            return group;
        }
    }

    /// <summary>Runs a new group at once, or leaves it open for others until a statement has ended.</summary>
    private void Start(Group group)
    {
        if (_running < Concurrency)
        {
            _running++;

            // On the thread pool: a grain's scheduler may be busy while others wait for this read.
            _ = Task.Run(() => RunAsync(group));
        }
        else
        {
            _waiting.Enqueue(_open = group);
        }
    }

    private async Task RunAsync(Group? group)
    {
        while (group is not null)
        {
            try
            {
                var (streams, after) = group.Streams();
                group.SetResult((await read(streams, after)).ToLookup(record => record.Stream, StringComparer.Ordinal));
            }
            catch (Exception fault)
            {
                group.SetException(fault);
            }

            lock (_lock)
            {
                if (!_waiting.TryDequeue(out group))
                {
                    _running--;
                }
                else if (group == _open)
                {
                    _open = null;
                }
            }
        }
    }

    /// <summary>Streams that are read together, each from the lowest version that was asked for.</summary>
    private sealed class Group() : TaskCompletionSource<ILookup<string, JournalRecord>>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private readonly Dictionary<string, long> _after = new(StringComparer.Ordinal);

        public Task<ILookup<string, JournalRecord>> Found => Task;

        public int Count => _after.Count;

        public void Add(string stream, long afterVersion) =>
            _after[stream] = _after.TryGetValue(stream, out var other) ? Math.Min(other, afterVersion) : afterVersion;

        public (string[] Streams, long[] After) Streams() => ([.. _after.Keys], [.. _after.Values]);
    }
}
