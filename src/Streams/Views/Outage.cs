using System.Data.Common;
using System.Net.Sockets;

namespace Granary.Streams.Views;

/// <summary>Tells a failure of the surroundings from one of the data: the same work can succeed later.</summary>
public static class Outage
{
    public static bool Is(Exception fault) => fault
        is TimeoutException or IOException or SocketException or OperationCanceledException or DbException { IsTransient: true };
}
