using Granary.Http.Tests;

[assembly: AssemblyFixture(typeof(GranaryApp))]
[assembly: AssemblyFixture(typeof(WholeRun))]
[assembly: RecordsTestMethod]
