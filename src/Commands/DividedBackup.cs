using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Granary.Hosting;
using Granary.Hosting.Stores;
using Granary.Journal.PostgreSql;
using Npgsql;
using Spectre.Console;

namespace Granary.Commands;

/// <summary>The backup of a journal over several PostgreSQL databases: a dump of each by <c>pg_dump</c>, all of one moment.</summary>
internal static class DividedBackup
{
    private const string Program = "pg_dump";

    /// <summary>Writes <c>granary-0.dump</c>, <c>granary-1.dump</c> and so on, in the custom format.</summary>
    /// <param name="directory">The directory to create.</param>
    public static async Task<int> RunAsync(string directory, StoreReader stores, IReadOnlyList<string> databases, IAnsiConsole console)
    {
        var partial = directory + ".partial";
        try
        {
            await using var moment = await OneMoment.TakeAsync(stores.Get<JournalDatabases>(), CancellationToken.None);
            Directory.CreateDirectory(partial);
            for (var number = 0; number < databases.Count; number++)
            {
                var file = Path.Combine(partial, string.Create(CultureInfo.InvariantCulture, $"granary-{number}.dump"));
                if (await DumpAsync(databases[number], moment.Servers[number], moment.Snapshots[number], file) is { } problem)
                {
                    console.Say($"{Program} of database {number}: {problem}");
                    Directory.Delete(partial, recursive: true);
                    return ExitCodes.Unavailable;
                }
            }

            Directory.Move(partial, directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            console.Say($"{directory} cannot be written: {fault.Message}");
            return ExitCodes.CannotCreate;
        }

        console.Say($"{directory} holds a dump of each of the {databases.Count} databases, all of one moment; docs/databases.md says how they are restored.");
        return 0;
    }

    /// <param name="server">The one that has the snapshot: the connection string may name several.</param>
    /// <returns>What went wrong; null for nothing.</returns>
    private static async Task<string?> DumpAsync(string connectionString, (string Host, int Port) server, string snapshot, string file)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(Program) { RedirectStandardError = true };
        foreach (var argument in (string[])["--format=custom", $"--snapshot={snapshot}", $"--file={file}"])
        {
            start.ArgumentList.Add(argument);
        }

        // As variables: arguments of a process can be listed.
        foreach (var (name, value) in new[]
        {
            ("PGHOST", server.Host), ("PGPORT", server.Port.ToString(CultureInfo.InvariantCulture)), ("PGUSER", database.Username),
            ("PGDATABASE", database.Database), ("PGPASSWORD", database.Password), ("PGPASSFILE", database.Passfile),
            ("PGSSLMODE", SslModeOf(database.SslMode)), ("PGSSLROOTCERT", database.RootCertificate), ("PGSSLCERT", database.SslCertificate),
            ("PGSSLKEY", database.SslKey),
        })
        {
            if (!string.IsNullOrEmpty(value))
            {
                start.Environment[name] = value;
            }
        }

        try
        {
            using var process = Process.Start(start)!;
            var errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? null : errors.Trim();
        }
        catch (Win32Exception fault)
        {
            return fault.Message;
        }
    }

    /// <summary>The mode as libpq names it.</summary>
    private static string SslModeOf(SslMode mode) => mode switch
    {
        SslMode.Disable => "disable",
        SslMode.Allow => "allow",
        SslMode.Require => "require",
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => "prefer",
    };
}
