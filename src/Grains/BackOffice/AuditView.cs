using System.Data.Common;
using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Domain.Events;
using Granary.Domain.Trail;
using Granary.Grains.Interfaces.BackOffice;
using Granary.Journal;
using Granary.Streams.Views;

namespace Granary.Grains.BackOffice;

/// <summary>
/// The entries of the audit, which <see cref="AuditTrail"/> derives from events. An entry is named by its event, so events that are
/// delivered again enter nothing twice.
/// </summary>
public sealed class AuditView(IViewDatabase database, IJournal journal)
{
    private const string Insert = """
        INSERT INTO audit_entry (stream, version, partition, position, subject, type, at, actor, before, after)
        VALUES (@stream, @version, @partition, @position, @subject, @type, @at, @actor, @before, @after)
        ON CONFLICT (stream, version) DO NOTHING
        """;

    private const string Remember = """
        INSERT INTO audit_subject (subject, partition, version, known) VALUES (@subject, @partition, @version, @known)
        ON CONFLICT (subject) DO UPDATE SET version = excluded.version, known = excluded.known
        WHERE audit_subject.version < excluded.version
        """;

    /// <summary>Enters what events say.</summary>
    /// <param name="partition">The partition of the consumer.</param>
    /// <param name="events">Events that the audit reads, in order.</param>
    /// <exception cref="DamagedRecordException">An event cannot be read; nothing is entered.</exception>
    public async Task EnterAsync(int partition, IReadOnlyList<JournalRecord> events, CancellationToken cancellationToken)
    {
        var subjects = await SubjectsOfAsync(events, cancellationToken);
        var entries = new List<AuditEntry>();
        foreach (var record in events)
        {
            var kind = AuditTrail.KindOf(record);
            var name = kind.SubjectOf(record);
            var before = kind.Recall is { } recall ? await RecallAsync(recall, name, record, cancellationToken) : subjects[name];
            var (entry, after) = AuditTrail.Apply(before, record);
            if (entry is not null)
            {
                entries.Add(entry);
            }

            if (kind.Recall is null)
            {
                subjects[name] = after;
            }
        }

        await database.WriteAsync(
            async (connection, cancellation) =>
            {
                foreach (var entry in entries)
                {
                    await InsertOf(connection, partition, entry).ExecuteAsync(cancellation);
                }

                foreach (var subject in subjects.Values)
                {
                    await connection.Command(
                        Remember,
                        ("subject", subject.Name),
                        ("partition", partition),
                        ("version", subject.Version),
                        ("known", subject.Known.ToJsonString())).ExecuteAsync(cancellation);
                }

                return entries.Count;
            },
            cancellationToken);
    }

    /// <summary>A page of the audit, newest first.</summary>
    public Task<AuditPage> ListAsync(AuditQuery query, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancellation) =>
        {
            // One row more than the page shows whether another page follows.
            var lines = await List(connection, query, query.Limit + 1).QueryAsync(Line, cancellation);
            return new AuditPage([.. lines.Take(query.Limit)], lines.Count > query.Limit);
        },
        cancellationToken);

    /// <summary>Forgets what a partition of the consumer has entered, which begins again at the first event.</summary>
    public Task ClearAsync(int partition, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, cancellation) =>
        {
            await connection.Command("DELETE FROM audit_entry WHERE partition = @partition", ("partition", partition)).ExecuteAsync(cancellation);
            return await connection.Command("DELETE FROM audit_subject WHERE partition = @partition", ("partition", partition)).ExecuteAsync(cancellation);
        },
        cancellationToken);

    /// <summary>
    /// The statement of a page. It contains only the requested filters, so that the database can choose an index that already has the
    /// list's order.
    /// </summary>
    public static DbCommand List(DbConnection connection, AuditQuery query, int limit)
    {
        ArgumentNullException.ThrowIfNull(query);
        var filters = new Filters();
        filters.Add("subject = @subject", "subject", query.Subject);
        filters.Add("actor = @actor", "actor", query.Actor);
        filters.Add("type = @type", "type", query.OnlyAdjustments ? AuditTrail.StockAdjustment : null);
        filters.Add("at >= @from", "from", query.From?.ToMicroseconds());
        filters.Add("at < @to", "to", query.To?.ToMicroseconds());
        if (query.After is { } after)
        {
            filters.Add("(at, position) < (@after, @position)", "after", after.At.ToMicroseconds());
            filters.With("position", after.Position);
        }

        return filters.Command(
            connection,
            "SELECT subject, version, position, type, at, actor, before, after FROM audit_entry",
            "ORDER BY at DESC, position DESC LIMIT @limit",
            limit);
    }

    private static DbCommand InsertOf(DbConnection connection, int partition, AuditEntry entry) => connection.Command(
        Insert,
        ("stream", entry.Stream),
        ("version", entry.Version),
        ("partition", partition),
        ("position", entry.Position),
        ("subject", entry.Subject),
        ("type", entry.Type),
        ("at", entry.At.ToMicroseconds()),
        ("actor", entry.By),
        ("before", entry.From?.ToJsonString()),
        ("after", entry.To?.ToJsonString()));

    private static AuditLine Line(DbDataReader row) => new(
        row.GetString(0),
        row.GetInt64(1),
        row.GetInt64(2),
        row.GetString(3),
        ViewStatements.FromMicroseconds(row.GetInt64(4)),
        row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6),
        row.IsDBNull(7) ? null : row.GetString(7));

    /// <summary>What the view knows of the subjects of events.</summary>
    private Task<Dictionary<string, AuditedSubject>> SubjectsOfAsync(IReadOnlyList<JournalRecord> events, CancellationToken cancellationToken)
    {
        var names = events.Where(record => AuditTrail.KindOf(record).Recall is null)
            .Select(record => AuditTrail.KindOf(record).SubjectOf(record)).Distinct().ToList();
        return database.ReadAsync(
            async (connection, cancellation) =>
            {
                var subjects = new Dictionary<string, AuditedSubject>(StringComparer.Ordinal);
                foreach (var name in names)
                {
                    var known = await connection.Command("SELECT version, known FROM audit_subject WHERE subject = @subject", ("subject", name))
                        .QueryAsync(row => new AuditedSubject(name, row.GetInt64(0), (JsonObject)JsonNode.Parse(row.GetString(1))!), cancellation);
                    subjects[name] = known is [var subject] ? subject : AuditedSubject.New(name);
                }

                return subjects;
            },
            cancellationToken);
    }

    private async Task<AuditedSubject> RecallAsync(
        Func<string, IEnumerable<JournalRecord>, AuditedSubject> recall, string name, JournalRecord record, CancellationToken cancellationToken)
    {
        var history = await journal.ReadStreamAsync(record.Stream, 0, cancellationToken);
        return recall(name, history.Where(earlier => earlier.Version < record.Version));
    }
}

/// <summary>The conditions of a list, of which a query has some.</summary>
internal sealed class Filters
{
    private readonly List<string> _conditions = [];
    private readonly List<(string Name, object? Value)> _parameters = [];

    /// <summary>Adds a condition unless its value is null.</summary>
    public void Add(string condition, string name, object? value)
    {
        if (value is not null)
        {
            _conditions.Add(condition);
            _parameters.Add((name, value));
        }
    }

    /// <summary>Adds a condition without a value.</summary>
    public void Add(string condition) => _conditions.Add(condition);

    /// <summary>Adds another value of a condition.</summary>
    public void With(string name, object value) => _parameters.Add((name, value));

    /// <summary>The statement.</summary>
    public DbCommand Command(DbConnection connection, string select, string order, int limit)
    {
        var where = _conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", _conditions);
        return connection.Command(
            string.Create(CultureInfo.InvariantCulture, $"{select}{where} {order}"), [.. _parameters, ("limit", limit)]);
    }
}
