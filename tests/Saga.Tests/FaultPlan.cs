namespace Granary.Saga.Tests;

/// <summary>What befalls one step.</summary>
public enum Fault
{
    None,

    /// <summary>It is not carried out, and the caller gets an error.</summary>
    Before,

    /// <summary>It is carried out, and the caller gets an error all the same.</summary>
    After,
}

/// <summary>Decides what befalls each call between grains and each append, in the order in which they come.</summary>
public sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private Func<int, Fault> _decide = _ => Fault.None;
    private int _steps;

    /// <summary>Steps seen since the plan was set.</summary>
    public int Steps => Volatile.Read(ref _steps);

    /// <summary>Nothing fails any more.</summary>
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

    /// <summary>Lets a share of the steps fail, by a seed.</summary>
    public void SetRandom(int seed, double share)
    {
        var random = new Random(seed);
        Set(_ => random.NextDouble() >= share ? Fault.None : random.Next(2) == 0 ? Fault.Before : Fault.After);
    }

    /// <summary>What befalls the next step.</summary>
    public Fault Next()
    {
        lock (_lock)
        {
            return _decide(_steps++);
        }
    }
}
