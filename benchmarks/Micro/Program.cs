using BenchmarkDotNet.Running;
using Granary.Micro;

// dotnet run -c Release --project benchmarks/Micro -- --filter '*Serialisation*'
BenchmarkSwitcher.FromAssembly(typeof(SerialisationBenchmarks).Assembly).Run(args);
