using Granary.Operator;
using k8s;

// In a pod, the service account; elsewhere the kubeconfig.
await OperatorProgram.Build(args, KubernetesClientConfiguration.BuildDefaultConfig()).RunAsync();
