using Granary.Api.Payments;

namespace Granary.Http.Tests.Payments;

/// <summary>How many requests of a process wait for the payment provider.</summary>
public sealed class PaymentPlacesTests
{
    [Fact]
    public void A_caller_who_takes_all_places_that_it_can_leaves_some_to_the_others()
    {
        var places = new PaymentPlaces();
        while (places.TryEnter("storefront") is not null)
        {
        }

        using var place = places.TryEnter("ada");

        Assert.NotNull(place);
    }
}
