using System.IO.Pipelines;
using System.Net;

namespace Granary.Api.Traffic;

/// <summary>
/// Bounds the bodies that the process holds: those that are still arriving, per network, and the bytes of all of them. A body costs
/// its sender next to nothing, and as long as it arrives it keeps a connection and memory.
/// </summary>
public sealed class HeldBodies
{
    /// <summary>A share of the memory that the process may use; a heap limit of 256 MB leaves 32 MB for bodies.</summary>
    private const int ShareOfMemory = 8;

    private const long MostBytes = 64 * 1024 * 1024;

    private readonly int _perNetwork;
    private readonly long _bytesAtMost;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedList<Arrival>> _arriving = new(StringComparer.Ordinal);
    private long _bytes;
    private bool _hasEnded;

    /// <param name="perNetwork">Bodies of one network that may be arriving; 0 for any number.</param>
    /// <param name="bytesAtMost">Bytes of all bodies.</param>
    public HeldBodies(int perNetwork, long bytesAtMost)
    {
        _perNetwork = perNetwork;
        _bytesAtMost = bytesAtMost;
    }

    /// <summary>Bytes of bodies that this process can afford to hold.</summary>
    public static long AffordableBytes => Math.Min(MostBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / ShareOfMemory);

    /// <summary>Bytes of bodies that the process holds.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Takes room for bytes that have arrived.</summary>
    /// <returns>Whether there is room; if so, it must be <see cref="Release">released</see>.</returns>
    public bool TryHold(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= _bytesAtMost)
        {
            return true;
        }

        Release(bytes);
        return false;
    }

    /// <summary>Gives room back.</summary>
    public void Release(long bytes) => Interlocked.Add(ref _bytes, -bytes);

    /// <summary>
    /// Enters a body that has not arrived with its head. Beyond the bound, the network's body that has been arriving longest is given up: a
    /// sender in earnest needs a moment, so the oldest is the slowest.
    /// </summary>
    /// <param name="client">The sender's address.</param>
    /// <param name="body">What reads it.</param>
    public Arrival Begin(IPAddress? client, PipeReader body)
    {
        var arrival = new Arrival(this, NetworkOf.Client(client), body);
        Arrival? oldest = null;
        lock (_lock)
        {
            if (!_arriving.TryGetValue(arrival.Network, out var others))
            {
                _arriving[arrival.Network] = others = new LinkedList<Arrival>();
            }

            if (_perNetwork > 0 && others.Count >= _perNetwork)
            {
                oldest = others.First!.Value;
                others.RemoveFirst();
            }

            others.AddLast(arrival.Place);
            if (_hasEnded)
            {
                oldest = arrival;
            }
        }

        oldest?.GiveUp();
        return arrival;
    }

    /// <summary>Whether every body that is still arriving was given up.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_lock)
            {
                return _hasEnded;
            }
        }
    }

    /// <summary>Gives up every body that is still arriving, because the process stops.</summary>
    public void GiveUpAll()
    {
        List<Arrival> all;
        lock (_lock)
        {
            _hasEnded = true;
            all = [.. _arriving.Values.SelectMany(arrivals => arrivals)];
        }

        all.ForEach(static arrival => arrival.GiveUp());
    }

    private void Remove(Arrival arrival)
    {
        lock (_lock)
        {
            arrival.Place.List?.Remove(arrival.Place);

            // Whether this arrival was the last or was given up before: an empty list is of no use.
            if (_arriving.TryGetValue(arrival.Network, out var left) && left.Count == 0)
            {
                _arriving.Remove(arrival.Network);
            }
        }
    }

    /// <summary>A body that is arriving.</summary>
    public sealed class Arrival
    {
        private readonly HeldBodies _bodies;
        private readonly PipeReader _body;
        private readonly Lock _lock = new();
        private bool _hasEnded;
        private bool _isGivenUp;

        internal Arrival(HeldBodies bodies, string network, PipeReader body)
        {
            (_bodies, Network, _body) = (bodies, network, body);
            Place = new LinkedListNode<Arrival>(this);
        }

        internal string Network { get; }

        internal LinkedListNode<Arrival> Place { get; }

        /// <summary>Cancels the read of the body, unless it has ended.</summary>
        public void GiveUp()
        {
            lock (_lock)
            {
                _isGivenUp = !_hasEnded;
                if (_isGivenUp)
                {
                    _body.CancelPendingRead();
                }
            }
        }

        /// <summary>No more of it is waited for.</summary>
        /// <returns>Whether it can be read: it was not given up.</returns>
        public bool End()
        {
            _bodies.Remove(this);
            lock (_lock)
            {
                _hasEnded = true;
                return !_isGivenUp;
            }
        }
    }
}
