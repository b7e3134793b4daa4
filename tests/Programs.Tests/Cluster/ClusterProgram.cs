using System.Reflection;
using Granary.Api;

namespace Granary.Programs.Tests.Cluster;

/// <summary>A program of a cluster: of the product, of its previous release, or of the product with the next version of its contract.</summary>
internal sealed record ClusterProgram(string Assembly, params IReadOnlyList<string> Arguments)
{
    public static ClusterProgram Silo { get; } = new("Granary.Silo.dll");

    public static ClusterProgram FrontEnd { get; } = new("Granary.Api.dll");

    public static ClusterProgram NextSilo { get; } = new(Next, "silo");

    public static ClusterProgram NextFrontEnd { get; } = new(Next, "front-end");

    public static ClusterProgram PreviousSilo { get; } = new(Previous, "silo");

    public static ClusterProgram PreviousFrontEnd { get; } = new(Previous, "front-end");

    private static string Next => FileOf("NextContract");

    private static string Previous => FileOf("PreviousRelease");

    /// <summary>A file of the repository, by its name in the project file.</summary>
    public static string FileOf(string name) => typeof(ClusterProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == name).Value!;

    /// <summary>A process of this program, not started yet.</summary>
    public ProgramProcess With(IEnumerable<KeyValuePair<string, string>> settings, PrivateNetwork? network = null) =>
        new(Assembly, settings, Arguments, network);
}
