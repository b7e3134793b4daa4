namespace Granary.Hosting.Telemetry;

/// <summary>
/// The ports for health and metrics. A process that has such a port answers those requests there alone, and a network can keep strangers
/// away from it: whatever they do to the other ports, the probes of an orchestrator are answered.
/// </summary>
/// <param name="Health">The only port that answers <c>/health</c>; 0 for every port.</param>
/// <param name="Metrics">The only port that answers <c>/metrics</c>; 0 for every port.</param>
public sealed record ReservedPorts(int Health, int Metrics)
{
    /// <summary>Whether a port is reserved for either.</summary>
    public bool Contains(int port) => port != 0 && (port == Health || port == Metrics);

    /// <summary>
    /// Has a route answer on one port only. It compares the port of the connection, not that of the Host header, which callers control.
    /// </summary>
    /// <param name="port">The port; 0 for every port.</param>
    internal static RequestDelegate Only(int port, RequestDelegate answer) => port == 0 ? answer : context =>
    {
        if (context.Connection.LocalPort == port)
        {
            return answer(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };
}
