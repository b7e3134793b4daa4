using k8s;
using Microsoft.Extensions.Options;

namespace Granary.Operator;

/// <summary>Composes the operator.</summary>
internal static class OperatorProgram
{
    public static IHost Build(string[] args, KubernetesClientConfiguration cluster)
    {
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddOptions<OperatorOptions>().BindConfiguration(OperatorOptions.Section)
            .Validate(options => options.Namespace.Length > 0, "Operator:Namespace is the namespace to work in.")
            .Validate(options => options.LeaseDuration >= TimeSpan.FromSeconds(3), "Operator:LeaseDuration is at least 00:00:03.")
            .Validate(options => options.Resync > TimeSpan.Zero, "Operator:Resync is a time.")
            .ValidateOnStart();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IKubernetes>(_ => new Kubernetes(cluster));
        builder.Services.AddSingleton(services => new ClusterApi(
            services.GetRequiredService<IKubernetes>(), services.GetRequiredService<IOptions<OperatorOptions>>().Value.Namespace));
        builder.Services.AddSingleton(services => new ClusterController(
            services.GetRequiredService<ClusterApi>(), services.GetRequiredService<IOptions<OperatorOptions>>().Value.Resync,
            services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ClusterController>>()));
        builder.Services.AddHostedService<LeaderService>();
        return builder.Build();
    }
}
