using Granary.Api.Traffic;

namespace Granary.Api.Webhooks;

/// <summary>
/// Bounds the tests of webhooks that are under way in this process: four, and one of a webhook. Each holds a request for as long as the
/// receiver takes to answer, so that without a bound an address that hangs would take the turns of all requests.
/// </summary>
public sealed class WebhookTestPlaces() : SharedPlaces(mostForKey: 1, most: 4);
