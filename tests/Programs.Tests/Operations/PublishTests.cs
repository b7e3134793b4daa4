using System.Text.Json;

namespace Granary.Programs.Tests.Operations;

public sealed class PublishTests
{
    [Theory]
    [InlineData("src/Api")]
    [InlineData("src/Silo")]
    public async Task Published_assemblies_are_compiled_ahead_of_time(string project)
    {
        // What "dotnet publish" sets. Evaluating the project suffices; publishing would compile the product once more.
        var answer = await Command.RunAsync(
            "dotnet", "msbuild", Repository.PathOf(project), "-property:_IsPublishing=true", "-property:Configuration=Release",
            "-getProperty:PublishReadyToRun", "-getProperty:RuntimeIdentifier", "-getProperty:PublishReadyToRunCrossgen2ExtraArgs");

        var properties = JsonDocument.Parse(answer).RootElement.GetProperty("Properties");
        Assert.Equal("true", properties.GetProperty("PublishReadyToRun").GetString());
        Assert.NotEqual("", properties.GetProperty("RuntimeIdentifier").GetString());
        Assert.Equal("--opt-cross-module:*;--non-local-generics-module:*", properties.GetProperty("PublishReadyToRunCrossgen2ExtraArgs").GetString());
    }
}
