namespace Granary.Grains.Interfaces;

/// <summary>What a grain needs to start from cannot be read: data in the store is damaged. Other grains are not affected.</summary>
[GenerateSerializer, Alias("granary.damaged-data")]
public class DamagedDataException(string message, Exception? cause = null) : InvalidOperationException(message, cause);
