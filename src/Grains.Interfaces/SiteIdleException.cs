namespace Granary.Grains.Interfaces;

/// <summary>The request needs the site that takes writes, and this one only reads.</summary>
[GenerateSerializer, Alias("granary.site-idle")]
public sealed class SiteIdleException(string message) : JournalException(message);
