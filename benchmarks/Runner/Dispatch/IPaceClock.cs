using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Granary.Load.Dispatch;

/// <summary>The clock that paces arrivals; tests use a virtual one.</summary>
public interface IPaceClock
{
    /// <summary>Time since some fixed moment.</summary>
    TimeSpan Now { get; }

    /// <summary>Blocks the thread until the moment has passed; never returns earlier.</summary>
    void WaitUntil(TimeSpan moment);
}

/// <summary>
/// The real clock. The runtime's timers round to milliseconds, which would be part of every latency; <c>nanosleep</c> is off
/// by about 60 µs and, unlike spinning, leaves the processor to the server.
/// </summary>
public sealed partial class PaceClock : IPaceClock
{
    private readonly long _origin = Stopwatch.GetTimestamp();

    public TimeSpan Now => Stopwatch.GetElapsedTime(_origin);

    public void WaitUntil(TimeSpan moment)
    {
        for (var left = moment - Now; left > TimeSpan.Zero; left = moment - Now)
        {
            Sleep(left);
        }
    }

    private static void Sleep(TimeSpan time)
    {
        if (OperatingSystem.IsLinux() && time < TimeSpan.FromSeconds(1) && Environment.Is64BitProcess)
        {
            // An early return caused by a signal is not an error: the caller checks the clock again.
            _ = NanoSleep(new Timespec(0, (long)time.TotalNanoseconds), IntPtr.Zero);
        }
        else
        {
            Thread.Sleep(Math.Max(1, (int)time.TotalMilliseconds));
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in Timespec requested, IntPtr remaining);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Timespec(long seconds, long nanoseconds)
    {
        private readonly long _seconds = seconds;
        private readonly long _nanoseconds = nanoseconds;
    }
}
