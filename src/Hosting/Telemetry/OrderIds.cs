using System.Diagnostics;
using Serilog.Core;
using Serilog.Events;

namespace Granary.Hosting.Telemetry;

/// <summary>
/// Names the order that a log event is about, where the activity it is written in knows it. The ids of request and trace are
/// there anyway: one from the log scope, the other from Serilog itself.
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
