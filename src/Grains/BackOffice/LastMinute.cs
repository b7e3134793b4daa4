namespace Granary.Grains.BackOffice;

/// <summary>
/// What this silo has done in the last minute, counted in seconds. Exporters have the same as metrics, which only grow; this is for those who ask
/// the product itself.
/// </summary>
public sealed class LastMinute(TimeProvider clock)
{
    private const int Seconds = 60;

    private readonly Lock _turn = new();
    private readonly Second[] _seconds = [.. Enumerable.Range(0, Seconds).Select(_ => new Second())];

    /// <summary>Counts an order that was placed.</summary>
    public void Placed(TimeSpan took)
    {
        lock (_turn)
        {
            Current().Placements[PlacingTimes.ClassOf(took)]++;
        }
    }

    /// <summary>Counts a reservation of stock.</summary>
    public void Deducted(bool success)
    {
        lock (_turn)
        {
            var second = Current();
            (second.Deducted, second.Refused) = success ? (second.Deducted + 1, second.Refused) : (second.Deducted, second.Refused + 1);
        }
    }

    /// <summary>The sums: placements by the class of their times, and reservations that succeeded and failed.</summary>
    public (IReadOnlyDictionary<int, long> Placements, long Deducted, long Refused) Read()
    {
        lock (_turn)
        {
            var first = Now - Seconds + 1;
            var recent = _seconds.Where(second => second.Number >= first).ToList();
            var placements = Enumerable.Range(0, PlacingTimes.Classes)
                .Select(time => KeyValuePair.Create(time, recent.Sum(second => second.Placements[time])))
                .Where(count => count.Value > 0)
                .ToDictionary();
            return (placements, recent.Sum(second => second.Deducted), recent.Sum(second => second.Refused));
        }
    }

    private long Now => clock.GetTimestamp() / clock.TimestampFrequency;

    private Second Current()
    {
        var number = Now;
        var second = _seconds[number % Seconds];
        if (second.Number != number)
        {
            second.Number = number;
            Array.Clear(second.Placements);
            second.Deducted = second.Refused = 0;
        }

        return second;
    }

    private sealed class Second
    {
        public long Number { get; set; } = long.MinValue;

        public long[] Placements { get; } = new long[PlacingTimes.Classes];

        public long Deducted { get; set; }

        public long Refused { get; set; }
    }
}
