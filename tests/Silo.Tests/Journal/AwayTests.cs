using Granary.Journal.PostgreSql;

namespace Granary.Silo.Tests.Journal;

/// <summary>What a command is told of a database that it cannot use.</summary>
public sealed class AwayTests
{
    private static readonly ServerState Silent = new("db2:5432") { Fault = "Connection refused" };
    private static readonly ServerState Standby = new("db1:5432") { IsReachable = true, IsStandby = true };

    [Fact]
    public async Task A_single_standby_is_read_and_the_standby_of_a_primary_that_is_away_is_not()
    {
        await using var one = new PostgreSqlServers("Host=db1;Database=granary");
        Assert.Null(one.WhyAway([Standby]));
        Assert.Equal("db2:5432 cannot be reached: Connection refused.", one.WhyAway([Silent]));

        await using var two = new PostgreSqlServers("Host=db1,db2;Database=granary");
        Assert.Equal("db1:5432 is a standby. db2:5432 cannot be reached: Connection refused.", two.WhyAway([Standby, Silent]));
    }
}
