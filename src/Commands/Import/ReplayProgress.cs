using Spectre.Console;

namespace Granary.Commands.Import;

/// <summary>Shows how far a replay is: bars on a terminal, a line per stage and tenth elsewhere.</summary>
internal abstract class ReplayProgress
{
    /// <summary>The progress that suits a console.</summary>
    public static ReplayProgress On(IAnsiConsole console) =>
        console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal ? new Bars(console) : new Lines(console);

    /// <summary>Runs work that reports its stages.</summary>
    public abstract Task<T> RunAsync<T>(Func<IStages, Task<T>> work);

    /// <summary>The stages of some work.</summary>
    public interface IStages
    {
        /// <summary>Begins a stage.</summary>
        /// <returns>To be called for each of its steps, from any thread.</returns>
        Action Begin(string name, int steps);
    }

    private sealed class Bars(IAnsiConsole console) : ReplayProgress
    {
        public override Task<T> RunAsync<T>(Func<IStages, Task<T>> work) =>
            console.Progress().StartAsync(context => work(new Stages(context)));

        private sealed class Stages(ProgressContext context) : IStages
        {
            public Action Begin(string name, int steps)
            {
                var task = context.AddTask(name, maxValue: steps);
                return () => task.Increment(1);
            }
        }
    }

    private sealed class Lines(IAnsiConsole console) : ReplayProgress
    {
        public override Task<T> RunAsync<T>(Func<IStages, Task<T>> work) => work(new Stages(console));

        private sealed class Stages(IAnsiConsole console) : IStages
        {
            private const int Parts = 10;

            public Action Begin(string name, int steps)
            {
                var done = 0;
                return () =>
                {
                    var now = Interlocked.Increment(ref done);
                    if (now == steps || now * Parts / steps > (now - 1) * Parts / steps)
                    {
                        console.WriteLine($"{name}: {now} of {steps}");
                    }
                };
            }
        }
    }
}
