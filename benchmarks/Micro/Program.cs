using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Granary.Micro;

// dotnet run -c Release --project benchmarks/Micro -- --filter '*Serialisation*'
// Two busy cores need longer than the default two minutes to build the project that BenchmarkDotNet generates.
var config = ManualConfig.Create(DefaultConfig.Instance).WithBuildTimeout(TimeSpan.FromMinutes(10));
BenchmarkSwitcher.FromAssembly(typeof(SerialisationBenchmarks).Assembly).Run(args, config);
