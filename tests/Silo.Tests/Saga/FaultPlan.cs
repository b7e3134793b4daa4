namespace Granary.Silo.Tests.Saga;

/// <summary>The fault of one step.</summary>
public enum Fault
{
    None,

    /// <summary>It is not carried out, and the caller gets an error.</summary>
    Before,

    /// <summary>It is carried out, and the caller gets an error nevertheless.</summary>
    After,
}

/// <summary>Decides the fault of each call between grains and of each append, in the order in which they occur.</summary>
public sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private Func<int, Fault> _decide = _ => Fault.None;
    private int _steps;

    /// <summary>Steps seen since the plan was set.</summary>
    public int Steps => Volatile.Read(ref _steps);

    /// <summary>Turns all faults off.</summary>
    public void Clear() => Set(_ => Fault.None);

    /// <summary>Lets the plan decide by the number of the step, from 0.</summary>
    public void Set(Func<int, Fault> decide)
    {
        lock (_lock)
        {
            _decide = decide;
            _steps = 0;
        }
    }

    /// <summary>Makes a share of the steps fail at random, by a seed.</summary>
    public void SetRandom(int seed, double share)
    {
        var random = new Random(seed);
        Set(_ => random.NextDouble() >= share ? Fault.None : random.Next(2) == 0 ? Fault.Before : Fault.After);
    }

    /// <summary>The fault of the next step.</summary>
    public Fault Next()
    {
        lock (_lock)
        {
            return _decide(_steps++);
        }
    }
}
