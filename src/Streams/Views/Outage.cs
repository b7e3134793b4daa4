using System.Data.Common;
using System.Net.Sockets;

namespace Granary.Streams.Views;

/// <summary>
/// Distinguishes a failure of the environment, after which the same work can succeed later, from a failure caused by the data.
/// </summary>
public static class Outage
{
    public static bool Is(Exception fault) => fault
        is TimeoutException or IOException or SocketException or OperationCanceledException or DbException { IsTransient: true };
}
