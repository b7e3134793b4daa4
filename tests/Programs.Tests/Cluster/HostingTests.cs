using Granary.Api;
using Granary.Hosting.Settings;

namespace Granary.Programs.Tests.Cluster;

/// <summary>A front end that cannot find its grains as configured names the wrong setting before it starts.</summary>
public sealed class HostingTests
{
    [Theory]
    [InlineData("--Granary:Hosting=Client", "Granary:Clustering")]
    [InlineData("--Granary:Hosting=Elsewhere", "Granary:Hosting")]
    [InlineData("--Granary:Silo:MissedProbes=0", "Granary:Silo:MissedProbes")]
    [InlineData("--Granary:Silo:ProbeTimeout=soon", "Granary:Silo:ProbeTimeout")]
    [InlineData("--Granary:Silo:ResponseTimeout=-1", "Granary:Silo:ResponseTimeout")]
    [InlineData("--urls=http://localhost:5080;nonsense", "urls")]
    [InlineData("--urls=http://localhost:notaport", "urls")]
    public void An_invalid_setting_is_named(string argument, string key)
    {
        var problem = Assert.Throws<InvalidConfigurationException>(() => FrontEnd.Build([argument]));

        Assert.Equal(key, problem.Key);
    }
}
