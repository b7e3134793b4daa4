using Granary.Load;

namespace Granary.Programs.Tests.Benchmarks;

public sealed class SkuChoiceTests
{
    private const int Draws = 100_000;

    [Fact]
    public void Under_zipf_the_second_product_is_wanted_half_as_often_as_the_first()
    {
        var counts = Draw(SkuChoices.Zipf(1.0), products: 100);
        // Harmonic number of 100 is 5.187: the first product has 19.3 % of all draws.
        Assert.InRange(counts[0] / (double)Draws, 0.185, 0.201);
        Assert.InRange(counts[0] / (double)counts[1], 1.85, 2.15);
        Assert.True(counts[99] > 0);
    }

    [Fact]
    public void Under_uniform_choice_every_product_has_its_share() =>
        Assert.All(Draw(SkuChoices.Uniform, products: 10), count => Assert.InRange(count, Draws * 0.095, Draws * 0.105));

    private static int[] Draw(SkuChoice choose, int products)
    {
        var random = new Random(7);
        var counts = new int[products];
        for (var i = 0; i < Draws; i++)
        {
            counts[choose(random, products)]++;
        }

        return counts;
    }
}
