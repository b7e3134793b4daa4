using Npgsql;

namespace Granary.Testing;

/// <summary>
/// A PostgreSQL server for the tests: data in a temporary directory, a free port on the loopback interface. It does not flush to the
/// disk: tests kill the server, never the machine, and the kernel keeps what a killed server wrote.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";
    private const string Binaries = "/usr/lib/postgresql";

    /// <summary>The data of a new server, which initdb takes seconds to create; every server starts with a copy.</summary>
    private static readonly Lazy<Task<string>> Template = new(CreateTemplateAsync);

    private readonly string _directory;
    private readonly int _port;
    private ServerProcess? _process;
    private int _databases;

    private PostgresServer(string directory, int? port = null) => (_directory, _port) = (directory, port ?? ServerProcess.FreePort());

    /// <summary>Creates and starts a server.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("granary-postgres-").FullName;
        var server = new PostgresServer(directory);
        try
        {
            var template = await Template.Value;
            await GiveToServerAsync(directory);
            await ServerProcess.RunAsync("root", "cp", "--archive", template, server.Data);
            await server.LaunchAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The port on the loopback interface.</summary>
    public int Port => _port;

    private string Data => Path.Combine(_directory, "data");

    private string Administration => ConnectionString("postgres") + ";Pooling=false";

    /// <summary>Creates an empty database and returns a connection string for it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>
    /// Restarts the server. Immediate means without a checkpoint, as after a crash; clients lose their connections.
    /// </summary>
    public async Task RestartAsync(bool immediate)
    {
        await EndAsync(immediate);
        await LaunchAsync();
    }

    /// <summary>Stops the server as in a crash, until <see cref="RestartAsync"/>.</summary>
    public Task StopAsync() => EndAsync(immediate: true);

    /// <summary>Kills the server with all its processes, without a word to its clients or its standby, until <see cref="RestartAsync"/>.</summary>
    public async Task KillAsync()
    {
        // Not the postmaster alone: a process that is in the middle of a statement would go on.
        await ServerProcess.RunAsync("root", "sh", "-c", $"kill -STOP {_process!.Id}; kill -KILL $(ps -o pid= --ppid {_process.Id}) {_process.Id}");
        await _process.EndsAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Freezes the server with all its processes: it holds its connections and answers nothing.</summary>
    public Task FreezeAsync() => SignalAllAsync("STOP");

    /// <summary>Ends <see cref="FreezeAsync"/>.</summary>
    public Task ThawAsync() => SignalAllAsync("CONT");

    /// <summary>Starts a standby that has everything this server has, and follows it. It is disposed of by the caller, before this server or after.</summary>
    /// <param name="synchronous">Whether every commit of this server waits until the standby has written it to its log.</param>
    /// <param name="port">Its port; null for any.</param>
    public async Task<PostgresServer> StartStandbyAsync(bool synchronous, int? port = null)
    {
        var standby = new PostgresServer(Directory.CreateTempSubdirectory("granary-standby-").FullName, port);
        try
        {
            await GiveToServerAsync(standby._directory);
            await ServerProcess.RunAsync(
                User,
                Binary("pg_basebackup"), $"--host=127.0.0.1", $"--port={_port}", $"--username={User}", $"--pgdata={standby.Data}", "--checkpoint=fast",
                "--wal-method=stream", "--write-recovery-conf", "--no-sync");
            await standby.LaunchAsync();
            await Eventually.HoldsAsync(
                async () => await QueryAsync("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") is > 0L, "the standby follows");
            if (synchronous)
            {
                await ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
                await ExecuteAsync("SELECT pg_reload_conf()");
                await Eventually.HoldsAsync(
                    async () => await QueryAsync("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") is > 0L, "the standby is synchronous");
            }

            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when its standbys have applied everything that it has written.</summary>
    public Task IsFollowedAsync(CancellationToken cancellation) => Eventually.HoldsAsync(
        async () => await QueryAsync("SELECT bool_and(replay_lsn = pg_current_wal_lsn()) FROM pg_stat_replication") is true,
        "the standby has everything",
        cancellation: cancellation);

    /// <summary>Stops a standby from receiving anything more: what its primary commits from now on is lost with the primary.</summary>
    public async Task StopReceivingAsync()
    {
        await ExecuteAsync("ALTER SYSTEM SET primary_conninfo = ''");
        await ExecuteAsync("SELECT pg_reload_conf()");
        await Eventually.HoldsAsync(async () => await QueryAsync("SELECT count(*) FROM pg_stat_wal_receiver") is 0L, "the standby receives nothing");
    }

    /// <summary>Freezes the process of a standby that receives: it stays connected, and its primary sends until the buffers between them are full.</summary>
    /// <returns>Ends that.</returns>
    public async Task<Func<Task>> FreezeReceiverAsync()
    {
        var receiver = await QueryAsync("SELECT pid FROM pg_stat_wal_receiver");
        await ServerProcess.RunAsync("root", "kill", "-STOP", $"{receiver}");
        return () => ServerProcess.RunAsync("root", "kill", "-CONT", $"{receiver}");
    }

    /// <summary>Makes a standby the primary, and returns when it is.</summary>
    public Task PromoteAsync() => ExecuteAsync("SELECT pg_promote(wait_seconds => 60)");

    /// <summary>Runs a statement on a database of this server, by default on that of its administration.</summary>
    public async Task<object?> QueryAsync(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>A connection string with two hosts, for a database of this server.</summary>
    public string WithHost(string connectionString, PostgresServer other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return WithHost(connectionString, other.Port);
    }

    /// <summary>A connection string with a second host, on which nothing may listen yet.</summary>
    public string WithHost(string connectionString, int port) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Host = $"127.0.0.1:{_port},127.0.0.1:{port}" }.ConnectionString;

    /// <summary>Cuts every client connection to a database, whatever it is doing; returns the number of connections.</summary>
    public async Task<int> KillBackendsAsync(string connectionString)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await using var connection = new NpgsqlConnection(Administration);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1) cut", connection)
        {
            Parameters = { new() { Value = database } },
        };
        return (int)(long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The names of its databases.</summary>
    public async Task<IReadOnlyList<string>> DatabasesAsync()
    {
        await using var connection = new NpgsqlConnection(Administration);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT array_agg(datname::text) FROM pg_database", connection);
        return (string[])(await command.ExecuteScalarAsync())!;
    }

    /// <summary>
    /// Copies a database into an empty one, on this or another server, as a backup and its restore do: pg_dump, pg_restore.
    /// </summary>
    public async Task CopyByDumpAsync(string from, string to)
    {
        var file = Path.Combine(_directory, "dump");
        await ServerProcess.RunAsync(User, [Binary("pg_dump"), .. Reach(from), "--format=custom", $"--file={file}"]);
        await ServerProcess.RunAsync(User, [Binary("pg_restore"), .. Reach(to), "--exit-on-error", file]);
    }

    /// <summary>Restores a dump of another process into an empty database of this server.</summary>
    public async Task RestoreAsync(string file, string to)
    {
        ArgumentNullException.ThrowIfNull(file);

        // The server's user may not read where the test writes.
        var copy = Path.Combine(_directory, Path.GetFileName(file));
        File.Copy(file, copy, overwrite: true);
        await GiveToServerAsync(copy);
        await ServerProcess.RunAsync(User, [Binary("pg_restore"), .. Reach(to), "--exit-on-error", copy]);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync(immediate: true);
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<string> CreateTemplateAsync()
    {
        var directory = Directory.CreateTempSubdirectory("granary-postgres-template-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        await GiveToServerAsync(directory);
        var data = Path.Combine(directory, "data");
        await ServerProcess.RunAsync(User, Binary("initdb"), "-D", data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        return data;
    }

    private static async Task GiveToServerAsync(string directory)
    {
        if (Environment.IsPrivilegedProcess)
        {
            await ServerProcess.RunAsync("root", "chown", User, directory);
        }
    }

    private Task SignalAllAsync(string signal) =>
        ServerProcess.RunAsync("root", "sh", "-c", $"kill -{signal} {_process!.Id} $(ps -o pid= --ppid {_process.Id}); true");

    private async Task EndAsync(bool immediate)
    {
        if (_process is not null)
        {
            await SignalAllAsync("CONT");
            await _process.EndAsync(immediate ? "QUIT" : "INT");
            _process.Dispose();
            _process = null;
        }
    }

    private async Task LaunchAsync()
    {
        _process = ServerProcess.Start(
            User,
            "QUIT",
            Binary("postgres"), "-D", Data, "-p", $"{_port}", "-k", _directory,
            "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "fsync=off",

            // As the product's own connections do: compiling a statement costs 0.2 s, and tests open some without the product.
            "-c", "jit=off");
        await Eventually.HoldsAsync(
            async () =>
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"PostgreSQL did not start:\n{_process.Output}");
                }

                try
                {
                    await ExecuteAsync("SELECT 1");
                    return true;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            },
            "PostgreSQL accepts connections");
    }

    private string ConnectionString(string database) => $"Host=127.0.0.1;Port={_port};Username={User};Database={database}";

    private static string[] Reach(string connectionString)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        return [$"--host={database.Host}", $"--port={database.Port}", $"--username={database.Username}", $"--dbname={database.Database}"];
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Administration);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The newest installed version, in Debian's directories.</summary>
    private static string Binary(string name) =>
        (Directory.Exists(Binaries) ? Directory.GetDirectories(Binaries) : [])
            .Where(version => File.Exists(Path.Combine(version, "bin", name)))
            .OrderByDescending(version => int.TryParse(Path.GetFileName(version), out var number) ? number : 0)
            .Select(version => Path.Combine(version, "bin", name))
            .FirstOrDefault()
        ?? throw new InvalidOperationException($"These tests need PostgreSQL: no {name} under {Binaries}/*/bin. ./test.sh installs it (Debian package postgresql).");
}
