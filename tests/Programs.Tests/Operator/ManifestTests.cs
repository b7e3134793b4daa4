using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Cel;
using Granary.Operator;
using Granary.Programs.Tests.Operations;
using k8s;
using k8s.Models;

namespace Granary.Programs.Tests.Operator;

/// <summary>The operator's manifests, and what it creates beside <c>k8s/base</c>.</summary>
public sealed class ManifestTests
{
    [Fact]
    public async Task The_operator_creates_what_kustomize_makes_of_the_base_field_by_field()
    {
        var yaml = await Command.RunAsync("kubectl", "kustomize", Repository.PathOf("k8s/base"));
        var wanted = KubernetesYaml.LoadAllFromString(yaml, null, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>();
        var cluster = new GranaryCluster { Metadata = new() { Name = GranaryCluster.OnlyName, NamespaceProperty = "shop", Uid = "1" }, Spec = new() { Version = "1.2.3" } };
        var created = ClusterObjects.Others(cluster).Append(ClusterObjects.Silos(cluster, cluster.Spec.Replicas)).Append(ClusterObjects.FrontEnds(cluster)).ToList();

        foreach (var document in created)
        {
            Assert.Equal("shop", document.Namespace());
            var owner = Assert.Single(document.Metadata.OwnerReferences ?? []);
            Assert.Equal(("1", true), (owner.Uid, owner.Controller));
            (document.Metadata.NamespaceProperty, document.Metadata.OwnerReferences, document.Metadata.Annotations) = (null, null, null);
            if (document is V1Deployment deployment)
            {
                Assert.Equal([ClusterObjects.SettingsAnnotation], deployment.Spec.Template.Metadata.Annotations.Keys);
                deployment.Spec.Template.Metadata.Annotations = null;
                var container = Manifests.ContainerOf(deployment);
                container.Image = container.Image.Replace(":1.2.3", "", StringComparison.Ordinal);
            }
        }

        Assert.Equal(wanted.Select(Text).Order(StringComparer.Ordinal), created.Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_wanted_reaches_the_objects()
    {
        var cluster = new GranaryCluster
        {
            Metadata = new() { Name = GranaryCluster.OnlyName, NamespaceProperty = "shop", Uid = "1" },
            Spec = new()
            {
                Version = "1.2.3",
                Registry = "registry.example:5000/shop",
                FrontEndReplicas = 12,
                UpdateStrategy = new() { MaxUnavailable = 1, MaxSurge = 2 },
                Database = new() { SecretName = "database", Key = "url" },
                Redis = new() { SecretName = "cache", Key = "address" },
                Settings = new Dictionary<string, string> { ["Granary__Silo__Tls__Mode"] = "Off", ["Granary__Currency"] = "EUR" },
            },
        };
        var silos = ClusterObjects.Silos(cluster, 5);
        var container = Manifests.ContainerOf(silos);

        Assert.Equal(("registry.example:5000/shop/granary-silo:1.2.3", "1.2.3"), (container.Image, ClusterObjects.VersionOf(silos.Spec.Template.Spec)));
        Assert.Equal((5, "2", "1"), (silos.Spec.Replicas, silos.Spec.Strategy.RollingUpdate.MaxSurge.Value, silos.Spec.Strategy.RollingUpdate.MaxUnavailable.Value));
        Assert.Equal(
            ["database/url", "cache/address"],
            container.Env.Where(variable => variable.Name.StartsWith("ConnectionStrings__", StringComparison.Ordinal))
                .Select(variable => $"{variable.ValueFrom.SecretKeyRef.Name}/{variable.ValueFrom.SecretKeyRef.Key}"));
        Assert.True(silos.Spec.Template.Spec.Volumes.Single(volume => volume.Name == "tls").Secret.Optional);
        Assert.Null(ClusterObjects.FrontEnds(cluster).Spec.Replicas);
        var scaler = ClusterObjects.Others(cluster).OfType<V2HorizontalPodAutoscaler>().Single();
        Assert.Equal((12, 12), (scaler.Spec.MinReplicas, scaler.Spec.MaxReplicas));
        Assert.Equal("EUR", ClusterObjects.Others(cluster).OfType<V1ConfigMap>().Single().Data["Granary__Currency"]);
    }

    [Fact]
    public async Task The_operators_manifests_build_and_its_pod_can_do_nothing_but_its_work()
    {
        var yaml = await Command.RunAsync("kubectl", "kustomize", Repository.PathOf("k8s/operator"));
        var documents = KubernetesYaml.LoadAllFromString(yaml, null, strict: true);
        var deployment = Assert.Single(documents.OfType<V1Deployment>());
        var pod = deployment.Spec.Template.Spec;
        var container = Assert.Single(pod.Containers);

        Assert.Equal(Assert.Single(documents.OfType<V1ServiceAccount>()).Name(), pod.ServiceAccountName);
        var binding = Assert.Single(documents.OfType<V1RoleBinding>());
        Assert.Equal((pod.ServiceAccountName, deployment.Namespace()), (Assert.Single(binding.Subjects).Name, binding.Subjects[0].NamespaceProperty));
        Assert.Equal(Assert.Single(documents.OfType<V1Role>()).Name(), binding.RoleRef.Name);
        Assert.Empty(documents.OfType<V1ClusterRole>());
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);

        // Otherwise the network policies of the cluster would cut the operator off from the API server.
        Assert.DoesNotContain("app.kubernetes.io/part-of", deployment.Spec.Template.Metadata.Labels.Keys);
        var version = XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("Version").Single().Value;
        var image = XDocument.Load(Repository.PathOf("src/Operator/Operator.csproj")).Descendants("ContainerRepository").Single().Value;
        Assert.Equal($"{image}:{version}", container.Image);
        Assert.All(
            container.Env.Where(variable => variable.Name.StartsWith("Operator__", StringComparison.Ordinal)),
            variable => Assert.NotNull(typeof(OperatorOptions).GetProperty(variable.Name["Operator__".Length..])));
    }

    [Fact]
    public void The_schema_has_the_members_and_the_defaults_that_the_operator_has()
    {
        var crd = Crd();
        var version = Assert.Single(crd.Spec.Versions);
        Assert.Equal(
            (GranaryCluster.Api, GranaryCluster.Plural, GranaryCluster.KindName, GranaryCluster.Version, $"{GranaryCluster.Plural}.{GranaryCluster.Api}"),
            (crd.Spec.Group, crd.Spec.Names.Plural, crd.Spec.Names.Kind, version.Name, crd.Name()));
        Assert.NotNull(version.Subresources.Status);
        var schema = version.Schema.OpenAPIV3Schema;
        AssertStructural(schema, "");
        AssertMembers(typeof(GranaryClusterSpec), schema.Properties["spec"]);
        AssertMembers(typeof(UpdateStrategy), schema.Properties["spec"].Properties["updateStrategy"]);
        AssertMembers(typeof(SecretReference), schema.Properties["spec"].Properties["database"]);
        AssertMembers(typeof(GranaryClusterStatus), schema.Properties["status"]);
        AssertMembers(typeof(ClusterCondition), KubernetesYaml.Deserialize<V1JSONSchemaProps>(KubernetesYaml.Serialize(schema.Properties["status"].Properties["conditions"].Items)));

        var least = new JsonObject { ["version"] = "1.2.3" };
        AddDefaults(least, schema.Properties["spec"]);
        Assert.Equal(
            JsonNode.Parse(KubernetesJson.Serialize(new GranaryClusterSpec { Version = "1.2.3" }))!.ToJsonString(),
            JsonNode.Parse(KubernetesJson.Serialize(KubernetesJson.Deserialize<GranaryClusterSpec>(least.ToJsonString())))!.ToJsonString());

        // Every path of a printed column is one of the schema.
        Assert.All(
            version.AdditionalPrinterColumns.Where(column => column.JsonPath.StartsWith(".status.", StringComparison.Ordinal)),
            column => Assert.Contains(column.JsonPath.Split('.', '[')[2], schema.Properties["status"].Properties.Keys));
    }

    [Fact]
    public void The_example_is_one_that_the_schema_allows()
    {
        var types = new Dictionary<string, Type> { [$"{GranaryCluster.Api}/{GranaryCluster.Version}/{GranaryCluster.KindName}"] = typeof(GranaryCluster) };
        var example = (GranaryCluster)Assert.Single(KubernetesYaml.LoadAllFromString(Repository.Read("k8s/operator/cluster.yaml"), types, strict: true));
        Assert.Empty(Broken(JsonNode.Parse(KubernetesJson.Serialize(example.Spec))!.AsObject(), null, example.Name()));
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"frontEndReplicas":4,"frontEndMaxReplicas":3}""", "frontEndMaxReplicas is at least frontEndReplicas.")]
    [InlineData("""{"updateStrategy":{"maxUnavailable":3,"maxSurge":1}}""", "maxUnavailable must leave one silo and one front end.")]
    [InlineData("""{"updateStrategy":{"maxUnavailable":0,"maxSurge":0}}""", "Without maxUnavailable and without maxSurge no pod can be replaced.")]
    [InlineData("""{"settings":{"ConnectionStrings__Granary":"Host=db"}}""", "Secrets come by reference and not as settings.")]
    [InlineData("""{"settings":{"Granary__Admin__Password":"secret"}}""", "Secrets come by reference and not as settings.")]
    [InlineData("""{"settings":{"Granary__Health__Port":"1"}}""", "Ports, storage and clustering are those of the manifests.")]
    [InlineData("""{"settings":{"Granary__Silo__Tls__Mode":"Off"}}""", "A silo with TLS and one without cannot talk to each other; delete the cluster and create it again.")]
    [InlineData("""{"settings":{"Granary__Silo__ClusterId":"other"}}""", "Silos with another Granary__Silo__ClusterId would be a second cluster over the same database.")]
    [InlineData("""{"settings":{"Granary__Currency":"EUR"}}""", null)]
    public void The_rules_of_the_schema_refuse_what_cannot_work(string change, string? refusal)
    {
        var before = new JsonObject { ["version"] = "1.2.3" };
        var after = JsonNode.Parse(change)!.AsObject();
        after["version"] = "1.2.3";
        Assert.Equal(refusal is null ? [] : [refusal], Broken(after, before, GranaryCluster.OnlyName));
    }

    [Fact]
    public void Another_name_is_refused() =>
        Assert.Contains("The only name is granary", Assert.Single(Broken(new JsonObject { ["version"] = "1.2.3" }, null, "second")), StringComparison.Ordinal);

    private static V1CustomResourceDefinition Crd() => KubernetesYaml.LoadAllFromString(Repository.Read("k8s/operator/crd.yaml"), null, strict: true)
        .OfType<V1CustomResourceDefinition>().Single();

    private static string Text(IKubernetesObject<V1ObjectMeta> document) => KubernetesJson.Serialize(Sorted(JsonNode.Parse(KubernetesJson.Serialize((object)document))));

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static void AssertMembers(Type type, V1JSONSchemaProps schema) => Assert.Equal(
        type.GetProperties().Where(property => property.CanWrite).Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Order(StringComparer.Ordinal),
        schema.Properties.Keys.Order(StringComparer.Ordinal));

    /// <summary>Every value has one type; the API server refuses other schemas.</summary>
    private static void AssertStructural(V1JSONSchemaProps schema, string path)
    {
        Assert.True(schema.Type is "object" or "array" or "string" or "integer" or "boolean", $"{path} has no type");
        Assert.True(schema.RefProperty is null && schema.OneOf is null && schema.AnyOf is null && schema.Not is null, $"{path} is not structural");
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, V1JSONSchemaProps>())
        {
            AssertStructural(property, $"{path}/{name}");
        }
    }

    private static void AddDefaults(JsonObject value, V1JSONSchemaProps schema)
    {
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, V1JSONSchemaProps>())
        {
            if (!value.ContainsKey(name) && property.DefaultProperty is { } given)
            {
                value[name] = JsonNode.Parse(KubernetesJson.Serialize(given));
            }

            if (value[name] is JsonObject inner)
            {
                AddDefaults(inner, property);
            }
        }
    }

    /// <summary>The messages of the rules that a cluster breaks, as the API server evaluates them.</summary>
    private static List<string> Broken(JsonObject spec, JsonObject? before, string name)
    {
        var schema = Assert.Single(Crd().Spec.Versions).Schema.OpenAPIV3Schema;
        var (cluster, old) = (Whole(spec), before is null ? null : Whole(before));
        AddDefaults(cluster, schema);
        if (old is not null)
        {
            AddDefaults(old, schema);
        }

        var broken = new List<string>();
        Evaluate(schema, cluster, old);
        return broken;

        JsonObject Whole(JsonObject value) => new() { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = value };

        void Evaluate(V1JSONSchemaProps part, JsonObject self, JsonObject? oldSelf)
        {
            foreach (var rule in part.XKubernetesValidations ?? [])
            {
                if (oldSelf is null && rule.Rule.Contains("oldSelf", StringComparison.Ordinal))
                {
                    continue;
                }

                var variables = new Dictionary<string, object?> { ["self"] = Plain(self), ["oldSelf"] = Plain(oldSelf) };
                if (new CelEnvironment([], "").Program(rule.Rule, variables) is not true)
                {
                    broken.Add(rule.Message);
                }
            }

            foreach (var (key, property) in part.Properties ?? new Dictionary<string, V1JSONSchemaProps>())
            {
                if (self[key] is JsonObject inner)
                {
                    Evaluate(property, inner, oldSelf?[key] as JsonObject);
                }
            }
        }
    }

    private static object? Plain(JsonNode? node) => node switch
    {
        JsonObject map => map.ToDictionary(field => field.Key, field => Plain(field.Value)),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => value.GetValue<JsonElement>().GetInt64(),
        JsonValue value => value.ToString(),
        _ => null,
    };
}
