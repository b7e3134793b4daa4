using System.Data.Common;
using Granary.Grains.Interfaces.BackOffice;

namespace Granary.Grains.BackOffice;

/// <summary>Reads the views for callers in another process.</summary>
internal static class ViewReading
{
    /// <exception cref="ViewUnavailableException">The database cannot be reached: its driver's exceptions are unknown to the caller.</exception>
    public static async Task<T> Of<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (DbException fault)
        {
            throw new ViewUnavailableException($"The views cannot be reached: {fault.Message}");
        }
    }
}
