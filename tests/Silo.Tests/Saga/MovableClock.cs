namespace Granary.Silo.Tests.Saga;

/// <summary>The system's clock with an offset that a test can move; timers use the system's clock.</summary>
public class MovableClock : TimeProvider
{
    private long _offsetTicks;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _offsetTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _offsetTicks));
}
