using Granary.Streams;

namespace Granary.Silo.Tests.Feed;

/// <summary>The text of a position in each partition.</summary>
public sealed class PartitionPositionsTests
{
    private const int Partitions = 16;

    [Theory]
    [InlineData(0)]
    [InlineData(123_456_789_012)]
    public void One_position_for_all_partitions_is_a_number_as_it_always_was(long position)
    {
        var all = PartitionPositions.At(position, Partitions);

        Assert.Equal($"{position}", all.ToString());
        Assert.Equal(all, PartitionPositions.Parse($"{position}", Partitions));
    }

    [Fact]
    public void Several_positions_name_their_partitions_and_are_read_back()
    {
        var odd = PartitionPositions.At(100, Partitions).MovedTo(partition => partition % 2 == 1, 250);

        Assert.Equal("100-5555_250-aaaa", odd.ToString());
        Assert.Equal(odd, PartitionPositions.Parse(odd.ToString(), Partitions));
        Assert.Equal(odd, PartitionPositions.Parse(odd.ToString()));
        Assert.Equal((100, 250), (odd.Of(0), odd.Of(1)));
    }

    [Fact]
    public void As_many_partitions_as_there_can_be_have_a_text()
    {
        var all = PartitionPositions.Of(StreamSettings.MostPartitions, partition => partition * 1_000L);

        Assert.Equal(all, PartitionPositions.Parse(all.ToString(), StreamSettings.MostPartitions));
    }

    [Fact]
    public void Moving_never_goes_back()
    {
        var moved = PartitionPositions.At(100, Partitions).MovedTo(partition => partition == 3, 200).MovedTo(_ => true, 150);

        Assert.Equal((150, 200), (moved.Of(0), moved.Of(3)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("007")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("100-5555")]
    [InlineData("100-5555_250-aaab")]
    [InlineData("250-aaaa_100-5555")]
    [InlineData("100-5555_250-AAAA")]
    [InlineData("100-05555_250-aaaa")]
    [InlineData("100-5555_250-1aaaa")]
    [InlineData("100-ffff")]
    [InlineData("100-5555_250-aaaa_")]
    [InlineData("100-5555-1_250-aaaa")]
    public void No_other_text_is_read(string text) => Assert.Null(PartitionPositions.Parse(text, Partitions));
}
