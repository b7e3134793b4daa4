using Granary.Hosting.Settings;
using Microsoft.Extensions.Configuration;

namespace Granary.Silo.Tests.Journal;

public sealed class PlatformSettingsTests
{
    [Fact]
    public void Nothing_configured_is_an_embedded_silo_with_a_file()
    {
        var options = Read();

        Assert.Equal((StorageKind.Sqlite, ClusteringKind.Localhost), (options.Storage, options.Clustering));
        Assert.Equal(Path.GetFullPath("data/granary.db"), options.SqliteFile);
    }

    [Theory]
    [InlineData("Granary:Storage", "Oracle")]
    [InlineData("Granary:Storage", "1")]
    [InlineData("Granary:Clustering", "Etcd")]
    [InlineData("Granary:Silo:Port", "-1")]
    [InlineData("Granary:Silo:Port", "65536")]
    [InlineData("Granary:Silo:GatewayPort", "many")]
    [InlineData("Granary:Silo:Address", "not an address")]
    [InlineData("Granary:Journal:RetryFor", "soon")]
    [InlineData("Granary:Journal:CommandTimeout", "00:00:00")]
    public void An_invalid_value_is_named_with_its_key(string key, string value)
    {
        var problem = Assert.Throws<InvalidConfigurationException>(() => Read((key, value)));

        Assert.Equal(key, problem.Key);
        Assert.Contains(key, problem.Message, StringComparison.Ordinal);
        Assert.Contains(value, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Storage_and_clustering_name_the_missing_connection_string()
    {
        Assert.Equal("ConnectionStrings:Granary", Assert.Throws<InvalidConfigurationException>(() => Read(("Granary:Storage", "PostgreSql"))).Key);
        Assert.Equal(
            "ConnectionStrings:Redis",
            Assert.Throws<InvalidConfigurationException>(() => Read(
                ("Granary:Storage", "PostgreSql"), ("ConnectionStrings:Granary", "Host=db"), ("Granary:Clustering", "Redis"))).Key);
    }

    [Fact]
    public void A_broken_connection_string_is_refused_without_repeating_its_password()
    {
        var problem = Assert.Throws<InvalidConfigurationException>(() => Read(
            ("Granary:Storage", "PostgreSql"), ("ConnectionStrings:Granary", "Host=db;Password=secret;Nonsense=1")));

        Assert.Equal("ConnectionStrings:Granary", problem.Key);
        Assert.DoesNotContain("secret", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_does_not_keep_its_journal_in_a_file() =>
        Assert.Equal(
            "Granary:Storage",
            Assert.Throws<InvalidConfigurationException>(() => Read(("Granary:Clustering", "Redis"), ("ConnectionStrings:Redis", "localhost"))).Key);

    private static PlatformSettings Read(params (string Key, string Value)[] values) => PlatformSettings.From(new SettingsReader(
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(pair => pair.Key, string? (pair) => pair.Value)).Build()));
}
