using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Grains.Interfaces.Payments;
using Granary.Streams.Views;

namespace Granary.Grains.Payments.Reconciling;

/// <summary>Keeps what the last nightly comparison has found, for staff.</summary>
public sealed class ReconciliationStore(IViewDatabase database)
{
    private const string Nightly = "nightly";

    /// <summary>Keeps a report instead of the last one, unless that is of a later day.</summary>
    public Task SaveAsync(PaymentReconciliation report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        return database.WriteAsync(
            (connection, cancellation) => connection.Command(
                """
                INSERT INTO payment_reconciliation (name, compared_to, report) VALUES (@name, @to, @report)
                ON CONFLICT (name) DO UPDATE SET compared_to = excluded.compared_to, report = excluded.report
                WHERE payment_reconciliation.compared_to <= excluded.compared_to
                """,
                ("name", Nightly),
                ("to", report.To.ToMicroseconds()),
                ("report", JsonSerializer.Serialize(report, ReconciliationReportJson.Default.PaymentReconciliation))).ExecuteAsync(cancellation),
            cancellationToken);
    }

    /// <summary>The last report; null before the first.</summary>
    public async Task<PaymentReconciliation?> LastAsync(CancellationToken cancellationToken) => (await database.ReadAsync(
        (connection, cancellation) => connection.Command("SELECT report FROM payment_reconciliation WHERE name = @name", ("name", Nightly))
            .QueryAsync(row => JsonSerializer.Deserialize(row.GetString(0), ReconciliationReportJson.Default.PaymentReconciliation), cancellation),
        cancellationToken)).FirstOrDefault();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PaymentReconciliation))]
internal sealed partial class ReconciliationReportJson : JsonSerializerContext;
