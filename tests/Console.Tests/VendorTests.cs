using System.Diagnostics;

namespace Granary.Console.Tests;

public sealed class VendorTests
{
    [Fact]
    public async Task The_libraries_in_the_repository_are_what_their_sources_make()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var made = Directory.CreateTempSubdirectory("granary-vendor-");
        try
        {
            using var build = Process.Start(new ProcessStartInfo("bash", [Repository.PathOf("src/Api/Console/vendor/build.sh"), made.FullName])
            {
                RedirectStandardError = true,
            })!;
            var said = await build.StandardError.ReadToEndAsync(cancellation);
            await build.WaitForExitAsync(cancellation);
            Assert.True(build.ExitCode == 0, said);
            foreach (var file in made.GetFiles())
            {
                var kept = await File.ReadAllTextAsync(Repository.PathOf("src/Api/Console/app/" + file.Name), cancellation);
                Assert.True(kept == await File.ReadAllTextAsync(file.FullName, cancellation), $"{file.Name} differs: run src/Api/Console/vendor/build.sh");
            }

            Assert.Equal(["vendor.LICENSES.txt", "vendor.js"], made.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
        }
        finally
        {
            made.Delete(recursive: true);
        }
    }
}
