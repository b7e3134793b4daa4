using Granary.Load.Dispatch;

namespace Granary.Programs.Tests.Benchmarks;

/// <summary>A clock that stands still until a waiter or the test moves it.</summary>
public sealed class VirtualClock : IPaceClock
{
    public TimeSpan Now { get; private set; }

    public void WaitUntil(TimeSpan moment) => Now = moment > Now ? moment : Now;

    public void Advance(TimeSpan time) => Now += time;
}
