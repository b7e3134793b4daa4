using Granary.Grains.Interfaces;
using Granary.Load.Dispatch;

namespace Granary.Programs.Tests.Benchmarks;

public sealed class CrewTests
{
    [Fact]
    public async Task Arrivals_wait_in_order_while_all_workers_are_busy()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var served = new List<long>();
        var crew = new Crew(2, async (_, arrival) =>
        {
            lock (served)
            {
                served.Add(arrival.Number);
            }

            await gate.Task;
        });
        for (var number = 0; number < 6; number++)
        {
            crew.Take(new(number, TimeSpan.Zero));
        }

        Assert.Equal([0, 1], served);
        gate.SetResult();
        await crew.FinishAsync();
        Assert.Equal([0, 1, 2, 3, 4, 5], served.Order());
    }

    [Fact]
    public async Task A_worker_serves_one_arrival_at_a_time()
    {
        var busy = new int[3];
        var crew = new Crew(busy.Length, async (worker, _) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref busy[worker]));
            await Task.Yield();
            Interlocked.Decrement(ref busy[worker]);
        });
        for (var number = 0; number < 500; number++)
        {
            crew.Take(new(number, TimeSpan.Zero));
        }

        await crew.FinishAsync();
    }

    [Fact]
    public async Task A_fault_of_a_visit_surfaces_at_the_end()
    {
        var crew = new Crew(1, (_, _) => throw new InvalidOperationException("broken flow"));
        crew.Take(new(0, TimeSpan.Zero));
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(crew.FinishAsync);
        Assert.Equal("broken flow", fault.Message);
    }
}
