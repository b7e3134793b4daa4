using System.Diagnostics;
using Serilog.Core;
using Serilog.Events;

namespace Granary.Hosting.Telemetry;

/// <summary>
/// Adds the order's id to a log event if the current activity has it. Request and trace ids are added elsewhere: the request id
/// by the log scope, the trace id by Serilog itself.
/// </summary>
internal sealed class OrderIds : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        for (var activity = Activity.Current; activity is not null; activity = activity.Parent)
        {
            if (activity.GetTagItem(TraceTags.OrderId) is string order)
            {
                logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("OrderId", order));
                return;
            }
        }
    }
}
