using CsCheck;
using Granary.Api.Products.Cache;

namespace Granary.Http.Tests.Cache;

public sealed class BloomFilterTests
{
    [Theory]
    [InlineData(1_000, 0.01, 9_586, 7)]
    [InlineData(100_000, 0.001, 1_437_759, 10)]
    public void A_filter_is_sized_by_its_members_and_its_false_positive_rate(int members, double falseRate, long bits, int hashes)
    {
        var filter = new BloomFilter(members, falseRate);

        Assert.InRange(filter.Bits, bits, bits + 64);
        Assert.Equal(hashes, filter.Hashes);
    }

    [Fact]
    public void A_member_is_never_denied()
    {
        Gen.String[0, 40].Array[0, 200].Sample(members =>
        {
            // Far too small on purpose: a full filter confirms more texts but never denies a member.
            var filter = new BloomFilter(10, 0.01);
            Array.ForEach(members, filter.Add);
            return Array.TrueForAll(members, filter.MayContain);
        });
    }

    [Fact]
    public void False_positives_are_about_as_rare_as_requested()
    {
        var filter = new BloomFilter(10_000, 0.01);
        for (var i = 0; i < 10_000; i++)
        {
            filter.Add($"SKU-{i}");
        }

        var affirmed = Enumerable.Range(0, 100_000).Count(i => filter.MayContain($"OTHER-{i}"));

        // 1,000 are expected, with a standard deviation of 32.
        Assert.InRange(affirmed, 800, 1_200);
    }

    [Fact]
    public void Members_added_by_concurrent_threads_are_all_kept()
    {
        var filter = new BloomFilter(50_000, 0.001);

        Parallel.For(0, 50_000, i => filter.Add($"SKU-{i}"));

        Assert.All(Enumerable.Range(0, 50_000), i => Assert.True(filter.MayContain($"SKU-{i}")));
    }

    [Fact]
    public void Far_more_SKUs_than_expected_are_all_known_and_unknown_SKUs_are_still_rejected()
    {
        var known = new KnownSkus(expected: 100);
        for (var i = 0; i < 20_000; i++)
        {
            known.Add($"SKU-{i}");
        }

        known.Complete();

        Assert.All(Enumerable.Range(0, 20_000), i => Assert.True(known.MayContain($"SKU-{i}")));

        // All layers together are wrong for at most two in a thousand.
        Assert.InRange(Enumerable.Range(0, 100_000).Count(i => known.MayContain($"OTHER-{i}")), 0, 250);
    }

    [Fact]
    public void No_SKU_is_rejected_before_every_SKU_was_read()
    {
        var known = new KnownSkus(expected: 100);

        Assert.True(known.MayContain("SKU"));
        known.Complete();
        Assert.False(known.MayContain("SKU"));
    }
}
