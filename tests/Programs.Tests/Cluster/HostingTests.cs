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
    [InlineData("--Granary:Silo:Port=7001 --Granary:Silo:GatewayPort=7001", "Granary:Silo:GatewayPort")]
    public void An_invalid_setting_is_named(string arguments, string key)
    {
        var problem = Assert.Throws<InvalidConfigurationException>(() => FrontEnd.Build(arguments.Split(' ')));

        Assert.Equal(key, problem.Key);
    }
}
