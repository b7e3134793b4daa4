using System.Runtime.InteropServices;
using Granary.FeedToNats;

var settings = Settings.FromEnvironment(Environment.GetEnvironmentVariable, out var problem);
if (settings is null)
{
    Console.Error.WriteLine(problem);
    return 2;
}

using var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    await new Forwarder(settings, Console.Out).RunAsync(stop.Token);
    return 0;
}
catch (CannotContinueException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
