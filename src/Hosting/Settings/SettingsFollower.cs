using Granary.Grains.Interfaces.Settings;

namespace Granary.Hosting.Settings;

/// <summary>
/// Follows the table of the cluster and the mounted files: this process obeys a change within two seconds, and without the cluster or its
/// store it keeps what it has.
/// </summary>
public sealed partial class SettingsFollower(
    LiveSettings settings, StartSettings start, IGrainFactory grains, TimeProvider clock, ILogger<SettingsFollower> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the start of the process waits for the first answer.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Questions that are not answered yet. One may wait for a silo or a connection that is dead, and those after it must not wait for it.
    /// </summary>
    private const int MostOpen = 8;

    private readonly Lock _turn = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _asked;
    private long _answered;
    private long _answeredAt;
    private int _open;

    /// <summary>When the cluster answered last; null if it never has.</summary>
    public DateTimeOffset? AnsweredAt => Volatile.Read(ref _answeredAt) is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Why the last question was not answered; null if it was.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether the silos of the cluster are of a release that knows no table yet.</summary>
    public bool IsUnknownToCluster { get; private set; }

    /// <summary>Why the files are not obeyed; null if they are.</summary>
    public string? FileProblem { get; private set; }

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);

        // HTTP is answered after this: the first request meets the table.
        await _first.Task.WaitAsync(StartPatience, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Asks for the newest table, and returns when this process obeys it.</summary>
    /// <exception cref="OrleansException">The cluster does not answer, as with <see cref="TimeoutException"/> and its store's faults.</exception>
    public async Task RefreshAsync()
    {
        var number = Interlocked.Increment(ref _asked);
        SettingsSet? table;
        try
        {
            table = await grains.GetGrain<ISettingsGrain>(ISettingsGrain.Key).Refresh(settings.Known);
        }
        catch (Exception fault)
        {
            Failed(number, fault);
            throw;
        }

        lock (_turn)
        {
            // An answer that was overtaken is older than what the process has.
            if (number <= _answered)
            {
                return;
            }

            _answered = number;
            (Problem, IsUnknownToCluster) = (null, false);
            Volatile.Write(ref _answeredAt, clock.GetUtcNow().UtcTicks);
            if (table is not null)
            {
                settings.Take(table);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(Period, clock);
        do
        {
            ReadFiles();
            if (Volatile.Read(ref _open) < MostOpen)
            {
                _ = AskAsync();
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task AskAsync()
    {
        Interlocked.Increment(ref _open);
        try
        {
            await RefreshAsync();
        }
        catch (Exception)
        {
            // Whatever the fault: what the process has holds on, and the check of readiness tells it.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            _first.TrySetResult();
        }
    }

    private void Failed(long number, Exception fault)
    {
        lock (_turn)
        {
            if (number <= _answered)
            {
                return;
            }

            if (Problem is null)
            {
                LogNotAnswered(settings.Now.Version, fault.Message);
            }

            // GetGrain knows no such grain where no silo has it.
            (Problem, IsUnknownToCluster) = (fault.Message, fault is ArgumentException);
        }
    }

    private void ReadFiles()
    {
        if (start.Directory is null)
        {
            return;
        }

        if (SettingsFiles.TryRead(start.Directory, out var files, out var problem))
        {
            FileProblem = settings.TakeFiles(files);
        }
        else
        {
            FileProblem = problem;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The settings of the cluster cannot be asked for; version {Version} holds on: {Reason}")]
    private partial void LogNotAnswered(long version, string reason);
}
