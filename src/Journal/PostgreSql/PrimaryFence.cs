using System.Globalization;
using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>
/// The newest history of the database that this process has seen. A primary with an older one is refused: it was replaced, and what it
/// has since taken, or would take, is lost. The newest history is also kept in a file, for the next start.
/// </summary>
/// <param name="file">The file; null for none. It helps only while it can be written, so its faults are logged and not passed on.</param>
public sealed partial class PrimaryFence(ILogger log, string? file = null)
{
    private readonly Lock _lock = new();
    private readonly List<NpgsqlDataSource> _sources = [];
    private readonly Dictionary<string, ServerHistory> _refused = new(StringComparer.Ordinal);
    private ServerHistory _newest = Remembered(file);
    private bool _hasSeen;
    private volatile int _timeline;

    /// <summary>
    /// The timeline that connections lead to; 0 before the first. It changes only after every connection to an older primary is closed,
    /// or will be when it is returned. So what is read after it was looked at is of this timeline, or a later one.
    /// </summary>
    public int Timeline => _timeline;

    /// <summary>Raised when a newer timeline has been seen, after the first. Handlers must not block or throw.</summary>
    public event Action? Advanced;

    /// <summary>Why servers are refused, by host; empty where none is.</summary>
    public IReadOnlyList<string> Refusals
    {
        get
        {
            lock (_lock)
            {
                return [.. _refused.Select(server => MessageOf(server.Key, server.Value))];
            }
        }
    }

    /// <summary>Why there is no connection: what its fault says, and which servers are refused.</summary>
    public string ReasonOf(Exception fault)
    {
        var reason = RefusedServerException.ReasonOf(fault);
        return string.Join(" ", Refusals.Where(refusal => refusal != reason).Prepend(reason));
    }

    /// <summary>Takes a primary that answers for the database, or refuses it.</summary>
    /// <param name="host">Its address, for messages.</param>
    /// <param name="history">Its history.</param>
    /// <exception cref="RefusedServerException">It is an old primary, or one of another system.</exception>
    public void Admit(string host, ServerHistory history)
    {
        lock (_lock)
        {
            if (_newest.System == history.System && _newest.Timeline == history.Timeline && _hasSeen)
            {
                _refused.Remove(host);
                return;
            }

            if (_newest.System != history.System ? _hasSeen : history.Timeline < _newest.Timeline)
            {
                if (!_refused.TryGetValue(host, out var known) || known != history)
                {
                    _refused[host] = history;
                    Refused(MessageOf(host, history));
                }

                throw new RefusedServerException(MessageOf(host, history));
            }

            if (_newest.System != history.System && _newest.System != 0)
            {
                OtherSystem(host, history.System, _newest.System);
            }

            See(host, history);
        }
    }

    /// <summary>Learns that a server has a history, such as a standby, which is not used but tells of its primary.</summary>
    public void Hear(string host, ServerHistory history)
    {
        lock (_lock)
        {
            if (history.System == _newest.System ? history.Timeline <= _newest.Timeline : _newest.System != 0)
            {
                return;
            }

            if (_hasSeen)
            {
                See(host, history);
            }
            else
            {
                _newest = history;
            }
        }
    }

    /// <summary>A server that is no primary, or is away, is not refused any more.</summary>
    public void Forget(string host)
    {
        lock (_lock)
        {
            _refused.Remove(host);
        }
    }

    /// <summary>Adds connections to those that are closed when a newer primary is seen.</summary>
    internal void Guard(NpgsqlDataSource source)
    {
        lock (_lock)
        {
            _sources.Add(source);
        }
    }

    private void See(string host, ServerHistory history)
    {
        // First nobody gets a connection to an older primary any more, then the timeline is told.
        var isFirst = !_hasSeen;
        var before = _newest.Timeline;
        _newest = history;
        _hasSeen = true;
        _refused.Remove(host);
        if (!isFirst)
        {
            Clear();
            Newer(host, history.Timeline, before);
        }

        _timeline = history.Timeline;
        Remember();
        if (!isFirst && Advanced is { } advanced)
        {
            _ = Task.Run(advanced);
        }
    }

    private void Clear()
    {
        foreach (var source in _sources)
        {
            source.Clear();
            if (source is NpgsqlMultiHostDataSource hosts)
            {
                hosts.ClearDatabaseStates();
            }
        }
    }

    private string MessageOf(string host, ServerHistory history) => history.System != _newest.System
        ? $"PostgreSQL at {host} is refused: it is another database system ({history.System}, not {_newest.System}). "
            + "If it is meant to take the place of the other, restart this process."
        : $"PostgreSQL at {host} is refused: it is an old primary, on timeline {history.Timeline}, and timeline {_newest.Timeline} has been seen. "
            + "Stop it, and make it a standby of the new primary; docs/standby.md says how.";

    private static ServerHistory Remembered(string? file)
    {
        try
        {
            return file is not null && File.Exists(file) && File.ReadAllText(file).Split(' ') is [var system, var timeline]
                ? new ServerHistory(long.Parse(system, CultureInfo.InvariantCulture), int.Parse(timeline, CultureInfo.InvariantCulture))
                : default;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return default;
        }
    }

    private void Remember()
    {
        if (file is null)
        {
            return;
        }

        try
        {
            if (Path.GetDirectoryName(file) is { Length: > 0 } directory)
            {
                Directory.CreateDirectory(directory);
            }

            // Several processes may have the file.
            var written = $"{file}.{Environment.ProcessId}";
            File.WriteAllText(written, string.Create(CultureInfo.InvariantCulture, $"{_newest.System} {_newest.Timeline}"));
            File.Move(written, file, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            NotKept(file, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Refusal}")]
    private partial void Refused(string refusal);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL at {Host} is the primary of timeline {Timeline}, after timeline {Before}: a standby was promoted. What this process remembers is read again.")]
    private partial void Newer(string host, int timeline, int before);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL at {Host} is another database system ({System}) than the one that was used before ({Before}).")]
    private partial void OtherSystem(string host, long system, long before);

    [LoggerMessage(Level = LogLevel.Information, Message = "{File} cannot be written, so after a restart this process does not know the newest timeline of the database: {Fault}")]
    private partial void NotKept(string file, string fault);
}
