namespace Granary.Api.Docs;

/// <summary>Sends bytes that the process keeps.</summary>
internal static class KeptBytes
{
    private const int Part = 16 * 1024;

    /// <summary>
    /// Sends them in parts, and waits for the reader between two of them. The server copies into its buffers whatever it is given at
    /// once: three megabytes for every reader that takes its time.
    /// </summary>
    public static async Task SendAsync(this HttpResponse response, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        for (; bytes.Length > 0; bytes = bytes[Math.Min(Part, bytes.Length)..])
        {
            await response.Body.WriteAsync(bytes[..Math.Min(Part, bytes.Length)], cancellation);
        }
    }
}
