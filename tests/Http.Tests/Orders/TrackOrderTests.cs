using System.Net;

namespace Granary.Http.Tests.Orders;

public sealed class TrackOrderTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    [Fact]
    public async Task Past_events_come_first_then_new_ones_and_the_stream_ends_with_the_order()
    {
        var (ada, id) = await Order();
        await using var events = await EventReader.FollowAsync(ada.Http, id);
        Assert.Equal(("1", "order.placed", "pending"), await events.Next());

        await Pay(ada, id);
        Assert.Equal(("2", "order.paid", "paid"), await events.Next());

        await Cancel(ada, id);
        Assert.Equal(("3", "order.cancelled", "cancelled"), await events.Next());
        Assert.Null(await events.Next());
    }

    [Fact]
    public async Task A_client_resumes_after_the_last_event_it_has()
    {
        var (ada, id) = await Order();
        await Cancel(ada, id);

        await using var events = await EventReader.FollowAsync(ada.Http, id, ("Last-Event-ID", "1"));

        Assert.Equal(("2", "order.cancelled", "cancelled"), await events.Next());
        Assert.Null(await events.Next());
    }

    [Fact]
    public async Task A_client_that_has_the_last_event_of_a_finished_order_is_told_to_stop()
    {
        var (ada, id) = await Order();
        await Cancel(ada, id);

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var answer = await ada.Http.SendJson(method, $"/orders/{id}/events", null, ("Last-Event-ID", "2"));
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("3")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("abc")]
    [InlineData("1.0")]
    public async Task An_event_that_the_order_does_not_have_is_followed_by_the_whole_past(string last)
    {
        var (ada, id) = await Order();
        await Pay(ada, id);
        await using var events = await EventReader.FollowAsync(ada.Http, id, ("Last-Event-ID", last));
        Assert.Equal(("1", "order.placed", "pending"), await events.Next());
        Assert.Equal(("2", "order.paid", "paid"), await events.Next());

        await Cancel(ada, id);
        Assert.Equal(("3", "order.cancelled", "cancelled"), await events.Next());
        Assert.Null(await events.Next());
    }

    [Fact]
    public async Task A_finished_order_answers_an_event_that_it_does_not_have_with_the_whole_past()
    {
        var (ada, id) = await Order();
        await Cancel(ada, id);

        await using var events = await EventReader.FollowAsync(ada.Http, id, ("Last-Event-ID", "3"));

        Assert.Equal(("1", "order.placed", "pending"), await events.Next());
        Assert.Equal(("2", "order.cancelled", "cancelled"), await events.Next());
        Assert.Null(await events.Next());
    }

    [Fact]
    public async Task Many_clients_follow_one_order()
    {
        var (ada, id) = await Order();
        var followers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => EventReader.FollowAsync(ada.Http, id, ("Last-Event-ID", "1"))));

        await Pay(ada, id);

        foreach (var follower in followers)
        {
            Assert.Equal(("2", "order.paid", "paid"), await follower.Next());
            await follower.DisposeAsync();
        }
    }

    [Fact]
    public async Task Another_customers_order_cannot_be_followed()
    {
        var (_, id) = await Order();
        var bob = await _shop.Customer();
        using var response = await bob.Http.SendJson(HttpMethod.Get, $"/orders/{id}/events");
        await response.ExpectProblem(404, "not-found");
    }

    private static async Task Pay(Customer customer, string id)
    {
        using var payment = await customer.Http.PostJson($"/orders/{id}/pay");
        await payment.Expect(HttpStatusCode.OK);
    }

    private static async Task Cancel(Customer customer, string id)
    {
        using var cancelled = await customer.Http.SendJson(HttpMethod.Delete, $"/orders/{id}");
        await cancelled.Expect(HttpStatusCode.OK);
    }

    private async Task<(Customer Ada, string Id)> Order()
    {
        var sku = await _shop.Product();
        var ada = await _shop.Customer();
        return (ada, (await ada.Placed((sku, 1))).Text("id")!);
    }
}
