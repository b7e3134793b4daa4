using Granary.Console.Tests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(ConsoleApp))]

// One browser on few cores: tests that run side by side only wait for each other.
[assembly: Parallelization(Mode = ParallelMode.None)]
