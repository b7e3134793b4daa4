using Granary.Domain.Webhooks;
using Granary.Grains.Webhooks;
using Granary.Streams;

namespace Granary.Silo.Tests.Webhooks;

/// <summary>A consumer of webhooks without a stream, which tells how long it rests.</summary>
public sealed class RestingConsumer(TimeProvider clock, WebhookPost post)
    : WebhookConsumer(new ConsumerServices(null!, null!, null!, clock, null!, null!), post)
{
    protected override string Consumer => "test.resting";

    protected override string Namespace => "test";

    /// <summary>The pause after a delivery of so many events, if none of them is wanted.</summary>
    public async Task<TimeSpan> RestAfterAsync(int events)
    {
        await HandleAsync([]);
        return PauseAfter(events);
    }
}
