using Npgsql;

namespace Granary.Journal.PostgreSql;

/// <summary>Carries out a <see cref="FailoverPlan"/>. The role of the connection string must be a superuser.</summary>
/// <param name="servers">The hosts.</param>
/// <param name="say">Gets what is done, line by line.</param>
public sealed class Failover(PostgreSqlServers servers, Action<string> say)
{
    /// <summary>How long the standby may take to apply the rest of the log, and to become the primary.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes the standby the primary: after a primary that can be reached has been made read-only, and the standby has everything.</summary>
    /// <exception cref="NpgsqlException">A server refused or was lost. A primary that was made read-only takes writes again, unless the standby was promoted.</exception>
    /// <exception cref="TimeoutException">The standby did not follow in time. The primary takes writes again.</exception>
    public async Task RunAsync(FailoverPlan plan, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var standby = servers.Hosts.Single(host => host.Name == plan.Standby.Host);
        await using var session = await standby.OpenAsync(cancellation);
        if (plan.Primary is null)
        {
            await PromoteAsync(session, plan, cancellation);
            return;
        }

        var primary = servers.Hosts.Single(host => host.Name == plan.Primary.Host);
        await using var fenced = await primary.OpenAsync(cancellation);
        await ExecuteAsync(fenced, "ALTER SYSTEM SET default_transaction_read_only = on", cancellation);
        try
        {
            var end = await FenceAsync(fenced, plan.Primary.Host, cancellation);
            await UntilAsync(
                async () => await NumberAsync(session, "SELECT (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint", cancellation) >= end,
                $"{plan.Standby.Host} has not applied the log up to {FailoverPlan.Lsn(end)} within {Patience.TotalSeconds:F0} s.",
                cancellation);
            say($"{plan.Standby.Host} has everything, up to {FailoverPlan.Lsn(end)}.");
        }
        catch
        {
            await ExecuteAsync(fenced, "ALTER SYSTEM RESET default_transaction_read_only", CancellationToken.None);
            await ExecuteAsync(fenced, "SELECT pg_reload_conf()", CancellationToken.None);
            say($"{plan.Primary.Host} takes writes again.");
            throw;
        }

        await PromoteAsync(session, plan, cancellation);
    }

    /// <summary>No session writes any more.</summary>
    /// <returns>The end of the log after the last of them.</returns>
    private async Task<long> FenceAsync(NpgsqlConnection primary, string host, CancellationToken cancellation)
    {
        await ExecuteAsync(primary, "SELECT pg_reload_conf()", cancellation);

        // A new session shows that the setting is in force; those from before are ended.
        await UntilAsync(
            async () => await IsReadOnlyAsync(host, cancellation), $"{host} does not become read-only within {Patience.TotalSeconds:F0} s.", cancellation);
        const string others = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND backend_start < $1";
        var now = await ScalarAsync(primary, "SELECT clock_timestamp()", cancellation);
        await ScalarAsync(primary, $"SELECT count(pg_terminate_backend(pid)) {others}", cancellation, now);
        await UntilAsync(
            async () => await ScalarAsync(primary, $"SELECT count(*) {others}", cancellation, now) is 0L,
            $"Sessions of {host} do not end within {Patience.TotalSeconds:F0} s.",
            cancellation);
        say($"{host} is read-only, and no session from before is left.");
        return await NumberAsync(primary, "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint", cancellation);
    }

    private async Task PromoteAsync(NpgsqlConnection standby, FailoverPlan plan, CancellationToken cancellation)
    {
        var name = plan.Standby.Host;
        if (await ScalarAsync(standby, $"SELECT pg_promote(true, {(int)Patience.TotalSeconds})", cancellation) is not true)
        {
            throw new TimeoutException($"{name} was told to become the primary, and is not within {Patience.TotalSeconds:F0} s. See its log.");
        }

        await using var fresh = await servers.Hosts.Single(host => host.Name == name).OpenAsync(cancellation);
        var (history, isStandby) = await ServerHistory.ReadAsync(fresh);
        if (isStandby || history.Timeline <= plan.Standby.History.Timeline)
        {
            throw new NpgsqlException($"{name} answers, and is on timeline {history.Timeline} as before. See its log.");
        }

        servers.Fence.Admit(name, history);
        await using var trial = new NpgsqlCommand(TrialWrite.Touch, fresh) { CommandTimeout = 10 };
        await trial.ExecuteNonQueryAsync(cancellation);
        say($"{name} is the primary, on timeline {history.Timeline}, and takes writes.");
    }

    private async Task<bool> IsReadOnlyAsync(string host, CancellationToken cancellation)
    {
        await using var session = await servers.Hosts.Single(other => other.Name == host).OpenAsync(cancellation);
        return await ScalarAsync(session, "SELECT current_setting('transaction_read_only')", cancellation) is "on";
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string otherwise, CancellationToken cancellation)
    {
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!await condition())
        {
            if (Environment.TickCount64 > deadline)
            {
                throw new TimeoutException(otherwise);
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<long> NumberAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation) =>
        await ScalarAsync(connection, sql, cancellation) is long number ? number : 0;

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, object? value = null)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        if (value is not null)
        {
            command.Parameters.AddWithValue(value);
        }

        return await command.ExecuteScalarAsync(cancellation);
    }
}
