using System.Text.RegularExpressions;
using Granary.Domain.Orders;
using Granary.Domain.Stock;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Tests;

/// <summary>The document of the published events, <c>docs/asyncapi.yaml</c>.</summary>
public sealed partial class EventDocumentTests
{
    [Fact]
    public void Every_published_event_is_documented_and_nothing_else()
    {
        string[] published = [.. OrderEvent.Codec.Names, .. StockEvent.Codec.Names, .. StockAlert.Codec.Names];
        var documented = EventName().Matches(File.ReadAllText(Path.Combine(Repository(), "docs", "asyncapi.yaml"))).Select(name => name.Groups[1].Value);

        Assert.Equal(published.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\bname: ((?:order|product|stock)\.[a-z_]+)")]
    private static partial Regex EventName();

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Orleans.sln")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}
