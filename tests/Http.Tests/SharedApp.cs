using Granary.Http.Tests;

[assembly: AssemblyFixture(typeof(GranaryApp))]
