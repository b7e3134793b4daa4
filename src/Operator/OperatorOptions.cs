namespace Granary.Operator;

/// <summary>How the operator itself runs. <c>k8s/operator/operator.yaml</c> sets the first two from the pod.</summary>
internal sealed class OperatorOptions
{
    public const string Section = "Operator";

    /// <summary>The namespace that it works in.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>Its name in the election of the leader, different in each process.</summary>
    public string Identity { get; set; } = Environment.MachineName;

    /// <summary>After this time it looks at everything, and applies everything, without an event.</summary>
    public TimeSpan Resync { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>For how long a leader that is not heard of stays leader, in whole seconds.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);
}
