using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Tests;

/// <summary>
/// Every pair of state and trigger, written out: a row per state, a column per trigger, the resulting state, or a dash if it is
/// refused. The tables are the specification; they are not derived from the machines.
/// </summary>
public sealed class LifecycleTables
{
    private const string OrderTable = """
                    Place    Amend    Pay   Pack     Ship     Receive   Complete   Cancel     Expire
        None        Pending  -        -     -        -        -         -          -          -
        Pending     -        Pending  Paid  -        -        -         -          Cancelled  Expired
        Paid        -        -        -     Packing  -        -         -          Cancelled  -
        Packing     -        -        -     -        Shipped  -         -          Cancelled  -
        Shipped     -        -        -     -        -        Received  -          -          -
        Received    -        -        -     -        -        -         Completed  -          -
        Completed   -        -        -     -        -        -         -          -          -
        Cancelled   -        -        -     -        -        -         -          -          -
        Expired     -        -        -     -        -        -         -          -          -
        """;

    private const string StockTable = """
                      Define  Reserve  Adjust        Suspend    Reactivate  Discontinue
        None          Active  -        -             -          -           -
        Active        -       Active   Active        Suspended  -           Discontinued
        Suspended     -       -        Suspended     -          Active      Discontinued
        Discontinued  -       -        Discontinued  -          -           -
        """;

    private const string UserTable = """
                   Register  Hold    Deposit    Withdraw   Edit       Suspend    Reactivate  Close
        None       Active    -       -          -          -          -          -           -
        Active     -         Active  Active     Active     Active     Suspended  -           Closed
        Suspended  -         -       Suspended  Suspended  Suspended  -          Active      Closed
        Closed     -         -       -          -          -          -          -           -
        """;

    private const string PaymentTable = """
                              Create   RequestAuthorization  Abandon  RequireAction   Authorize   Decline   LoseAnswer      RequestCapture  Capture   RejectCapture  RequestVoid  Void    RejectVoid  Expire                RequestRefund  Refund    FailRefund
        None                  Created  -                     -        -               -           -         -               -               -         -              -            -       -           -                     -              -         -
        Created               -        Authorizing           Voided   -               -           -         -               -               -         -              -            -       -           -                     -              -         -
        Authorizing           -        -                     -        RequiresAction  Authorized  Declined  Processing      -               -         -              -            -       -           AuthorizationExpired  -              -         -
        RequiresAction        -        -                     -        RequiresAction  Authorized  Declined  RequiresAction  -               -         -              Voiding      -       -           AuthorizationExpired  -              -         -
        Processing            -        -                     -        RequiresAction  Authorized  Declined  Processing      -               -         -              -            -       -           AuthorizationExpired  -              -         -
        Authorized            -        -                     -        -               -           -         -               Capturing       -         -              Voiding      -       -           AuthorizationExpired  -              -         -
        Capturing             -        -                     -        -               -           -         Capturing       -               Captured  Authorized     -            -       -           AuthorizationExpired  -              -         -
        Captured              -        -                     -        -               -           -         Captured        -               -         -              -            -       -           -                     Captured       Captured  Captured
        Voiding               -        -                     -        -               -           -         Voiding         -               -         -              -            Voided  Authorized  AuthorizationExpired  -              -         -
        Declined              -        -                     -        -               -           -         -               -               -         -              -            -       -           -                     -              -         -
        Voided                -        -                     -        -               -           -         -               -               -         -              -            -       -           -                     -              -         -
        AuthorizationExpired  -        -                     -        -               -           -         -               -               -         -              -            -       -           -                     -              -         -
        """;

    public static TheoryData<OrderStatus, OrderTrigger, OrderStatus?> Orders => Read<OrderStatus, OrderTrigger>(OrderTable);

    public static TheoryData<StockStatus, StockTrigger, StockStatus?> Stock => Read<StockStatus, StockTrigger>(StockTable);

    public static TheoryData<UserStatus, UserTrigger, UserStatus?> Users => Read<UserStatus, UserTrigger>(UserTable);

    public static TheoryData<PaymentStatus, PaymentTrigger, PaymentStatus?> Payments => Read<PaymentStatus, PaymentTrigger>(PaymentTable);

    [Theory, MemberData(nameof(Payments))]
    public void A_payment_follows_its_table(PaymentStatus from, PaymentTrigger trigger, PaymentStatus? to) =>
        Assert.Equal(to, PaymentLifecycle.Next(from, trigger));

    [Theory, MemberData(nameof(Orders))]
    public void An_order_follows_its_table(OrderStatus from, OrderTrigger trigger, OrderStatus? to) =>
        Assert.Equal(to, OrderLifecycle.Next(from, trigger));

    [Theory, MemberData(nameof(Stock))]
    public void A_stock_item_follows_its_table(StockStatus from, StockTrigger trigger, StockStatus? to) =>
        Assert.Equal(to, StockLifecycle.Next(from, trigger));

    [Theory, MemberData(nameof(Users))]
    public void A_user_follows_its_table(UserStatus from, UserTrigger trigger, UserStatus? to) =>
        Assert.Equal(to, UserLifecycle.Next(from, trigger));

    [Fact]
    public void The_tables_leave_out_no_pair()
    {
        Assert.Equal(9 * 9, Orders.Count);
        Assert.Equal(4 * 6, Stock.Count);
        Assert.Equal(4 * 8, Users.Count);
        Assert.Equal(12 * 17, Payments.Count);
        Assert.Equal((9, 9), (Enum.GetValues<OrderStatus>().Length, Enum.GetValues<OrderTrigger>().Length));
        Assert.Equal((4, 6), (Enum.GetValues<StockStatus>().Length, Enum.GetValues<StockTrigger>().Length));
        Assert.Equal((4, 8), (Enum.GetValues<UserStatus>().Length, Enum.GetValues<UserTrigger>().Length));
        Assert.Equal((12, 17), (Enum.GetValues<PaymentStatus>().Length, Enum.GetValues<PaymentTrigger>().Length));
    }

    [Theory]
    [InlineData(OrderStatus.None, "")]
    [InlineData(OrderStatus.Pending, "amend pay cancel")]
    [InlineData(OrderStatus.Paid, "pack cancel")]
    [InlineData(OrderStatus.Packing, "ship cancel")]
    [InlineData(OrderStatus.Shipped, "receive")]
    [InlineData(OrderStatus.Received, "complete")]
    [InlineData(OrderStatus.Completed, "")]
    [InlineData(OrderStatus.Cancelled, "")]
    [InlineData(OrderStatus.Expired, "")]
    public void A_caller_is_told_the_actions_that_a_status_permits(OrderStatus status, string actions) =>
        Assert.Equal(actions, string.Join(' ', OrderLifecycle.AllowedActions(status)));

    [Theory]
    [InlineData(PaymentStatus.None, "")]
    [InlineData(PaymentStatus.Created, "void")]
    [InlineData(PaymentStatus.Authorizing, "")]
    [InlineData(PaymentStatus.RequiresAction, "void")]
    [InlineData(PaymentStatus.Processing, "")]
    [InlineData(PaymentStatus.Authorized, "capture void")]
    [InlineData(PaymentStatus.Capturing, "")]
    [InlineData(PaymentStatus.Captured, "")]
    [InlineData(PaymentStatus.Voiding, "")]
    [InlineData(PaymentStatus.Declined, "")]
    [InlineData(PaymentStatus.Voided, "")]
    [InlineData(PaymentStatus.AuthorizationExpired, "")]
    public void An_operator_is_told_the_actions_that_a_payment_permits(PaymentStatus status, string actions) =>
        Assert.Equal(actions, string.Join(' ', PaymentLifecycle.AllowedActions(status)));

    [Theory]
    [InlineData(OrderStatus.None, ClaimPhase.None)]
    [InlineData(OrderStatus.Pending, ClaimPhase.Secured)]
    [InlineData(OrderStatus.Paid, ClaimPhase.Paid)]
    [InlineData(OrderStatus.Packing, ClaimPhase.Paid)]
    [InlineData(OrderStatus.Shipped, ClaimPhase.Closed)]
    [InlineData(OrderStatus.Received, ClaimPhase.Closed)]
    [InlineData(OrderStatus.Completed, ClaimPhase.Closed)]
    [InlineData(OrderStatus.Cancelled, ClaimPhase.None)]
    [InlineData(OrderStatus.Expired, ClaimPhase.None)]
    public void A_status_says_what_the_order_may_claim_of_stock_and_money(OrderStatus status, ClaimPhase phase)
    {
        Assert.Equal(phase, OrderLifecycle.PhaseOf(status));
        Assert.Equal(phase, Given.OrderThatIs(status).ToStanding().Phase);
    }

    private static TheoryData<TStatus, TTrigger, TStatus?> Read<TStatus, TTrigger>(string table)
        where TStatus : struct, Enum
        where TTrigger : struct, Enum
    {
        var rows = table.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var data = new TheoryData<TStatus, TTrigger, TStatus?>();
        foreach (var row in rows.Skip(1))
        {
            for (var column = 0; column < rows[0].Length; column++)
            {
                TStatus? to = row[column + 1] == "-" ? null : Enum.Parse<TStatus>(row[column + 1]);
                data.Add(Enum.Parse<TStatus>(row[0]), Enum.Parse<TTrigger>(rows[0][column]), to);
            }
        }

        return data;
    }
}
