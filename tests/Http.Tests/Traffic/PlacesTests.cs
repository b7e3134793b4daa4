using Granary.Api.Traffic;

namespace Granary.Http.Tests.Traffic;

public sealed class PlacesTests
{
    [Fact]
    public void A_key_has_only_some_of_the_places_and_gives_them_back()
    {
        var places = new SharedPlaces(mostForKey: 2, most: 4);

        var first = places.TryEnter("ann");
        Assert.All([first, places.TryEnter("ann")], Assert.NotNull);
        Assert.Null(places.TryEnter("ann"));
        Assert.All([places.TryEnter("bob"), places.TryEnter("eve")], Assert.NotNull);
        Assert.Null(places.TryEnter("joe"));
        first!.Dispose();
        var last = places.TryEnter("joe");
        Assert.NotNull(last);
        Assert.Null(places.TryEnter("ann"));
        last.Dispose();
        using var again = places.TryEnter("ann");
        Assert.NotNull(again);
        Assert.Null(places.TryEnter("ann"));
    }
}
