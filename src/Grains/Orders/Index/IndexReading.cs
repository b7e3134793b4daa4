using System.Data.Common;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Grains.Orders.Index;

/// <summary>Reads the index of orders for callers in another process.</summary>
internal static class IndexReading
{
    /// <exception cref="OrderIndexUnavailableException">The database cannot be reached: its driver's exceptions are unknown to the caller.</exception>
    public static async Task<T> Of<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (DbException fault)
        {
            throw new OrderIndexUnavailableException($"The index of orders cannot be reached: {fault.Message}");
        }
    }
}
