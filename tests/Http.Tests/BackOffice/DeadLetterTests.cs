using System.Net;
using Granary.Client;
using Granary.Domain.Events;
using Granary.Journal;
using Granary.Streams;
using Microsoft.Extensions.DependencyInjection;
using DeadLetter = Granary.Streams.DeadLetter;

namespace Granary.Http.Tests.BackOffice;

/// <summary>What consumers could not take: <c>GET /dead-letters</c> and <c>POST /dead-letters/{id}/replay</c>.</summary>
public sealed class DeadLetterTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IStreamStore Store => app.Services.GetRequiredService<IStreamStore>();

    [Fact]
    public async Task A_letter_is_listed_until_its_consumer_has_taken_it()
    {
        var record = await Event();
        await SetAside("order-index", record);
        await SetAside("webhooks", record);
        var client = new GranaryClient(_shop.Staff);
        var id = $"order-index.{record.Position}";

        var letters = await client.ListDeadLettersAsync(cancellationToken: Cancellation).Where(letter => letter.Position == record.Position).ToListAsync(Cancellation);
        Assert.Equal([id, $"webhooks.{record.Position}"], letters.Select(letter => letter.Id));
        Assert.Equal((record.Stream, 1L, "order.placed", "It was not understood."), (letters[0].Stream, letters[0].Version, letters[0].Type, letters[0].Error));

        await client.ReplayDeadLetterAsync(id, Cancellation);

        Assert.DoesNotContain(await client.ListDeadLettersAsync("order-index", Cancellation).ToListAsync(Cancellation), letter => letter.Id == id);
        using var again = await _shop.Staff.PostJson($"/dead-letters/{id}/replay");
        await again.ExpectProblem(404, "not-found");
        using var other = await _shop.Staff.PostJson($"/dead-letters/webhooks.{record.Position}/replay");
        Assert.Equal("taken", (await other.Expect(HttpStatusCode.OK)).Text("outcome"));
    }

    [Fact]
    public async Task A_letter_that_the_consumer_refuses_again_stays_with_the_error()
    {
        var stream = "order/" + Shop.Unique("damaged");
        var journal = app.Services.GetRequiredService<IJournal>();
        await journal.AppendAsync(new JournalAppend(stream, 0, [new JournalEvent("order.placed", "{}"u8.ToArray(), DateTimeOffset.UtcNow)]));
        var position = (await journal.ReadStreamAsync(stream, 0, Cancellation))[0].Position;
        var client = new GranaryClient(_shop.Staff);
        await Eventually.HoldsAsync(
            async () => await Store.FindDeadLetterAsync("order-index", position, Cancellation) is not null, "the event is set aside", cancellation: Cancellation);
        var first = (await Store.FindDeadLetterAsync("order-index", position, Cancellation))!;

        using var refused = await _shop.Staff.PostJson($"/dead-letters/order-index.{position}/replay");

        var problem = await refused.ExpectProblem(409, "dead-letter-refused");
        Assert.Contains(stream, problem.Text("detail"), StringComparison.Ordinal);
        var letter = Assert.Single(
            await client.ListDeadLettersAsync("order-index", Cancellation).Where(letter => letter.Position == position).ToListAsync(Cancellation));
        Assert.Equal(first.Attempts + 1, letter.Attempts);
    }

    [Fact]
    public async Task A_plain_subscribers_letter_is_refused_and_pages_follow_each_other()
    {
        var record = await Event();
        var consumer = "subscription:" + Guid.NewGuid().ToString("n");
        await SetAside(consumer, record);
        await SetAside(consumer, record with { Position = record.Position + 1 });

        using var first = await _shop.Staff.SendJson(HttpMethod.Get, $"/dead-letters?consumer={consumer}&limit=1");
        var page = await first.Expect(HttpStatusCode.OK);
        using var second = await _shop.Staff.SendJson(HttpMethod.Get, $"/dead-letters?consumer={consumer}&limit=1&cursor={page.Text("next_cursor")}");
        var last = await second.Expect(HttpStatusCode.OK);
        using var refused = await _shop.Staff.PostJson($"/dead-letters/{consumer}.{record.Position}/replay");

        Assert.Equal($"{consumer}.{record.Position}", page.At("data")[0].Text("id"));
        Assert.Equal($"{consumer}.{record.Position + 1}", last.At("data")[0].Text("id"));
        Assert.False(last.TryGetProperty("next_cursor", out _));
        Assert.Contains("plain subscriber", (await refused.ExpectProblem(409, "dead-letter-refused")).Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cursor=eA", "cursor")]
    [InlineData("name=x", "name")]
    public async Task A_malformed_query_is_refused(string query, string field)
    {
        using var response = await _shop.Staff.SendJson(HttpMethod.Get, "/dead-letters?" + query);

        var problem = await response.ExpectProblem(400, "validation");
        Assert.True(problem.At("errors").TryGetProperty(field, out _), problem.GetRawText());
    }

    private async Task<JournalRecord> Event()
    {
        var id = (await (await _shop.Customer()).Placed((await _shop.Product(), 1))).Text("id")!;
        return (await app.Services.GetRequiredService<IJournal>().ReadStreamAsync(JournalStream.OfOrder(id), 0, Cancellation))[0];
    }

    private Task SetAside(string consumer, JournalRecord record) => Store.AddDeadLettersAsync(
        [
            new DeadLetter(
                consumer, StreamNames.PartitionOf(record.Stream, 16), record.Position, record.Stream, record.Version, record.Type,
                "It was not understood.", 1, DateTimeOffset.UtcNow),
        ],
        Cancellation);
}
