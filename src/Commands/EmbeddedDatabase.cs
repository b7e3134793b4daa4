using Granary.Hosting.Settings;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>Keeps commands from creating the embedded database that they were to look at.</summary>
internal static class EmbeddedDatabase
{
    /// <summary>Whether the configuration names an embedded database that does not exist; if so, says it.</summary>
    public static bool IsMissing(SiloOptions options, IAnsiConsole console)
    {
        if (options.Storage != StorageKind.Sqlite || File.Exists(options.SqliteFile))
        {
            return false;
        }

        console.WriteLine($"There is no database {options.SqliteFile}.");
        return true;
    }
}
