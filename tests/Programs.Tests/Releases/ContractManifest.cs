using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.CodeGeneration;
using Orleans.Metadata;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Serialization.TypeSystem;

namespace Granary.Programs.Tests.Releases;

/// <summary>
/// The contract between silos and front ends of two releases, one fact a line: grains, their interfaces and methods, messages and
/// their members. Types are named by their aliases, as on the wire: CLR names, namespaces and assemblies may change.
/// </summary>
internal static class ContractManifest
{
    private static readonly Lazy<GrainTypeResolver> GrainTypes = new(() =>
    {
        var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        return new GrainTypeResolver([new AttributeGrainTypeProvider(services)], services.GetRequiredService<TypeConverter>());
    });

    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The contract of the types in some assemblies, sorted.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<Assembly> assemblies)
    {
        var types = assemblies.SelectMany(assembly => assembly.GetTypes()).ToList();
        var interfaces = types.Where(type => type.IsInterface && type.IsAssignableTo(typeof(IAddressable)) && AliasOf(type) is not null);
        var messages = types.Where(type => !type.IsInterface && AliasOf(type) is not null);
        var grains = types.Where(type => type is { IsAbstract: false, IsGenericType: false } && type.IsAssignableTo(typeof(Grain)));
        return [.. interfaces.SelectMany(OfInterface).Concat(messages.SelectMany(OfMessage)).Concat(grains.SelectMany(OfGrain))
            .Distinct().Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> OfInterface(Type type)
    {
        var name = $"interface {AliasOf(type)}";
        for (var version = 1; version <= type.GetCustomAttribute<VersionAttribute>()?.Version; version++)
        {
            yield return $"{name} serves version {version}";
        }

        foreach (var method in type.GetMethods())
        {
            var parameters = method.GetParameters().Select(parameter => NameOf(parameter.ParameterType));
            yield return $"{name} method {AliasOf(method)}({string.Join(", ", parameters)}) {NameOf(method.ReturnType)}";
        }
    }

    private static IEnumerable<string> OfMessage(Type type)
    {
        var name = $"message {AliasOf(type)}";
        yield return type.BaseType is { } parent && AliasOf(parent) is { } alias ? $"{name} is {alias}" : name;
        foreach (var member in type.GetMembers(Declared).Where(member => member.IsDefined(typeof(IdAttribute))))
        {
            var memberType = member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;
            var line = $"{name} member {member.GetCustomAttribute<IdAttribute>()!.Id}";
            yield return $"{line} {NameOf(memberType)}";
            if ((Nullable.GetUnderlyingType(memberType) ?? memberType) is { IsEnum: true } enumeration)
            {
                foreach (var value in enumeration.GetEnumValuesAsUnderlyingType())
                {
                    yield return $"{line} value {value}";
                }
            }
        }
    }

    /// <summary>If two releases named a grain type differently, one key would have two activations.</summary>
    private static IEnumerable<string> OfGrain(Type type) =>
        type.GetInterfaces().Where(implemented => implemented.IsAssignableTo(typeof(IAddressable)) && AliasOf(implemented) is not null)
            .Select(implemented => $"grain {GrainTypes.Value.GetGrainType(type)} implements {AliasOf(implemented)}");

    private static string? AliasOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias;

    /// <summary>An enumeration has no name on the wire, only values.</summary>
    private static string NameOf(Type type)
    {
        if (AliasOf(type) is { } alias)
        {
            return alias;
        }

        if (type.IsEnum)
        {
            return "enum";
        }

        return !type.IsGenericType ? type.Name
            : $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }
}
