using System.Globalization;
using Granary.Grains.Interfaces;

namespace Granary.Journal.Schema;

/// <summary>
/// One step of the database schema, from the embedded files <c>Journal/Schema/{database}/NNNN-name.sql</c>. Steps run once each,
/// in the order of their numbers. The statements of a released step never change; a change is a new step.
/// </summary>
/// <param name="Version">The number at the start of the file name.</param>
/// <param name="Name">The rest of the file name.</param>
/// <param name="Sql">The statements.</param>
internal sealed record SchemaMigration(int Version, string Name, string Sql)
{
    /// <summary>All steps for a database, <c>PostgreSql</c> or <c>Sqlite</c>, in order.</summary>
    public static IReadOnlyList<SchemaMigration> For(string database)
    {
        var prefix = $"Schema/{database}{Path.DirectorySeparatorChar}";
        var assembly = typeof(SchemaMigration).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                var parts = Path.GetFileNameWithoutExtension(name[prefix.Length..]).Split('-', 2);
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return new SchemaMigration(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], reader.ReadToEnd());
            })];
    }
}
