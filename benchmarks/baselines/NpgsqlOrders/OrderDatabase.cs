using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Granary.Baselines.Npgsql;

/// <summary>Orders as rows: one prepared call of <c>place_order</c>, which is one transaction in one round trip.</summary>
public sealed class OrderDatabase(NpgsqlDataSource dataSource)
{
    private const string Place = "select names, prices, created, replayed from place_order($1, $2, $3, $4, $5, $6, $7)";

    /// <summary>Creates the schema and, where the tables are empty, users <c>user-1…</c> and products <c>sku-1…</c>.</summary>
    public async Task InitializeAsync(int users, int products)
    {
        using var resource = typeof(OrderDatabase).Assembly.GetManifestResourceStream("Schema.sql")!;
        using var reader = new StreamReader(resource);
        await using var schema = dataSource.CreateCommand(await reader.ReadToEndAsync());
        await schema.ExecuteNonQueryAsync();
        await using var seed = dataSource.CreateCommand(
            $"""
            insert into app_user (id, available) select 'user-' || n, 1000000000000000 from generate_series(1, {users}) n
                on conflict do nothing;
            insert into product (sku, name, price, available)
                select 'sku-' || n, 'Product ' || n, 1999, 1000000000000 from generate_series(1, {products}) n
                on conflict do nothing;
            analyze app_user, product;
            """);
        await seed.ExecuteNonQueryAsync();
    }

    /// <summary>Places an order; a refusal leaves nothing behind.</summary>
    public async ValueTask<OrderOutcome> PlaceAsync(OrderCommand order)
    {
        while (true)
        {
            try
            {
                return OrderOutcome.Of(await ExecuteAsync(order));
            }
            catch (PostgresException refusal) when (RefusalOf(refusal.SqlState) is { } outcome)
            {
                return outcome;
            }
            catch (PostgresException conflict) when (conflict.SqlState == PostgresErrorCodes.SerializationFailure)
            {
                // A price changed between the read and the reservation; the next attempt reads the new price.
            }
        }
    }

    private async Task<PlacedOrder> ExecuteAsync(OrderCommand order)
    {
        await using var command = dataSource.CreateCommand(Place);
        var parameters = command.Parameters;
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = order.Id });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = order.UserId });
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = order.Skus });
        parameters.Add(new NpgsqlParameter<long[]> { TypedValue = order.Quantities });
        parameters.Add(Nullable(NpgsqlDbType.Bytea, order.Fingerprint));
        parameters.Add(Nullable(NpgsqlDbType.Jsonb, order.ShippingAddress is { } address ? Text(address) : null));
        parameters.Add(Nullable(NpgsqlDbType.Text, order.Note));
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new(
            reader.GetFieldValue<string[]>(0), reader.GetFieldValue<long[]>(1), reader.GetFieldValue<DateTimeOffset>(2),
            reader.GetBoolean(3));
    }

    private static NpgsqlParameter Nullable(NpgsqlDbType type, object? value) =>
        new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };

    private static string Text(JsonElement json) => json.GetRawText();

    private static OrderOutcome? RefusalOf(string sqlState) => sqlState switch
    {
        "GR402" => OrderOutcome.InsufficientFunds,
        "GR409" => OrderOutcome.InsufficientStock,
        "GR422" => OrderOutcome.UnknownProduct,
        "GR423" => OrderOutcome.KeyReused,
        _ => null,
    };
}
