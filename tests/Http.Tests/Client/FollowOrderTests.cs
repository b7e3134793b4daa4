using System.Net;
using Granary.Client;
using Granary.Grains.Interfaces;

namespace Granary.Http.Tests.Client;

public sealed class FollowOrderTests(GranaryApp app)
{
    private readonly Shop _shop = app.OpenShop();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_loses_its_connection_after_every_event_misses_none_and_gets_none_twice()
    {
        var customer = await _shop.Customer();
        var id = (await customer.Placed((await _shop.Product(), 1))).Text("id")!;
        using var cutting = new Cutting(customer.Http);
        using var http = new HttpClient(cutting) { BaseAddress = app.Address };
        await using var updates = new GranaryClient(http).FollowOrderAsync(id, cancellationToken: Cancellation).GetAsyncEnumerator(Cancellation);
        var client = new GranaryClient(customer.Http);

        Assert.Equal((1, "order.placed", "pending"), await Next());
        await client.PayOrderAsync(id, Cancellation);
        Assert.Equal((2, "order.paid", "paid"), await Next());
        await client.CancelOrderAsync(id, cancellationToken: Cancellation);
        Assert.Equal((3, "order.cancelled", "cancelled"), await Next());

        Assert.False(await updates.MoveNextAsync());
        Assert.Equal([null, "1", "2"], cutting.Resumed);

        async Task<(long, string, string)> Next()
        {
            Assert.True(await updates.MoveNextAsync());
            return (updates.Current.Version, updates.Current.Type, updates.Current.Status);
        }
    }

    [Fact]
    public async Task Following_an_ended_order_ends_at_once_even_for_a_client_that_has_seen_it_all()
    {
        var customer = await _shop.Customer();
        var id = (await customer.Placed((await _shop.Product(), 1))).Text("id")!;
        var client = new GranaryClient(customer.Http);
        await client.CancelOrderAsync(id, cancellationToken: Cancellation);

        Assert.Equal([1, 2], await client.FollowOrderAsync(id, cancellationToken: Cancellation).Select(update => update.Version).ToListAsync(Cancellation));
        Assert.Empty(await client.FollowOrderAsync(id, 2, Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task A_client_that_is_told_that_nothing_more_comes_asks_no_further()
    {
        var customer = await _shop.Customer();
        var id = (await customer.Placed((await _shop.Product(), 1))).Text("id")!;
        await new GranaryClient(customer.Http).CancelOrderAsync(id, cancellationToken: Cancellation);
        using var cutting = new Cutting(customer.Http);
        using var http = new HttpClient(cutting) { BaseAddress = app.Address };

        Assert.Empty(await new GranaryClient(http).FollowOrderAsync(id, 2, Cancellation).ToListAsync(Cancellation));

        Assert.Equal(1, cutting.Requests);
    }

    [Fact]
    public async Task Following_another_customers_order_is_refused()
    {
        var id = (await (await _shop.Customer()).Placed((await _shop.Product(), 1))).Text("id")!;
        var stranger = new GranaryClient((await _shop.Customer()).Http);

        var refusal = await Assert.ThrowsAsync<GranaryProblemException>(
            async () => await stranger.FollowOrderAsync(id, cancellationToken: Cancellation).ToListAsync(Cancellation));

        Assert.Equal("not-found", refusal.Problem.Slug);
    }

    [Fact]
    public async Task A_list_of_orders_continues_over_all_pages_newest_first()
    {
        var customer = await _shop.Customer();
        var sku = await _shop.Product(stock: 200);
        var placed = new List<string>();
        for (var i = 0; i < 101; i++)
        {
            placed.Add((await customer.Placed((sku, 1))).Text("id")!);
        }

        var client = new GranaryClient(customer.Http);
        var listed = new List<Granary.Client.Order>();
        await Eventually.HoldsAsync(
            async () => (listed = await client.ListOrdersAsync(cancellationToken: Cancellation).ToListAsync(Cancellation)).Count == 101,
            cancellation: Cancellation);

        Assert.Equal(placed.Order(StringComparer.Ordinal), listed.Select(order => order.Id).Order(StringComparer.Ordinal));
        Assert.Equal(listed.OrderByDescending(order => order.CreatedAt).Select(order => order.Id), listed.Select(order => order.Id));
        Assert.Empty(await client.ListOrdersAsync("paid", Cancellation).ToListAsync(Cancellation));
    }

    /// <summary>Cuts every event stream in the middle of its second event.</summary>
    private sealed class Cutting(HttpClient inner) : HttpMessageHandler
    {
        /// <summary>The <c>Last-Event-ID</c> of each connection.</summary>
        public List<string?> Resumed { get; } = [];

        /// <summary>How many requests the client made.</summary>
        public int Requests { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            var last = request.Headers.TryGetValues("Last-Event-ID", out var values) ? values.Single() : null;
            var response = await inner.SendJson(
                request.Method, request.RequestUri!.PathAndQuery, null, last is null ? [] : [("Last-Event-ID", last)]);
            if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
            {
                Resumed.Add(last);
                response.Content = new CutContent(response.Content);
            }

            return response;
        }
    }

    /// <summary>The content of a response up to its first event and one byte of the second.</summary>
    private sealed class CutContent : StreamContent
    {
        public CutContent(HttpContent content)
            : base(new CutStream(content.ReadAsStream())) => Headers.ContentType = content.Headers.ContentType;
    }

    private sealed class CutStream(Stream inner) : Stream
    {
        private readonly List<byte> _read = [];

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_read is [.., (byte)'\n', (byte)'\n', _])
            {
                throw new IOException("The connection was lost.");
            }

            var count = await inner.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
            _read.AddRange(buffer.Span[..count]);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
