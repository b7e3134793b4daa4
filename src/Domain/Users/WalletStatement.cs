using Granary.Domain.Events;
using Granary.Grains.Interfaces.Users;

namespace Granary.Domain.Users;

/// <summary>
/// The movements of a wallet: the events that change how much money it has in all, available and held together. A hold and its release
/// move money within the wallet and are no movements. The amounts of all movements add up to the wallet.
/// </summary>
public static class WalletStatement
{
    /// <summary>The types of events that may be movements.</summary>
    public static IReadOnlyList<string> Types { get; } =
    [
        UserEvent.Codec.NameOf<MoneyDeposited>(), UserEvent.Codec.NameOf<MoneyWithdrawn>(),
        UserEvent.Codec.NameOf<MoneyCaptured>(), UserEvent.Codec.NameOf<MoneyRefunded>(), UserEvent.Codec.NameOf<OrderMoneyReturned>(),
    ];

    /// <summary>The movement that an event is; null where it moves no money into the wallet or out of it.</summary>
    /// <param name="record">The event, of a type in <see cref="Types"/>.</param>
    /// <param name="balance">What the wallet has before it, in minor units.</param>
    /// <exception cref="DamagedRecordException">The event cannot be read.</exception>
    public static WalletMovement? MovementOf(JournalRecord record, long balance)
    {
        ArgumentNullException.ThrowIfNull(record);
        var (type, amount, order, reference) = EventOf(record) switch
        {
            MoneyDeposited e => (MovementType.Deposit, e.Amount, (string?)null, e.Reference),
            MoneyWithdrawn e => (MovementType.Withdrawal, -e.Amount, null, e.Reference),
            MoneyCaptured e => (MovementType.Capture, -e.Amount, e.Order, null),
            MoneyRefunded e => (MovementType.Refund, e.Amount, e.Order, null),
            OrderMoneyReturned e => (MovementType.Refund, e.Amount, e.Order, null),
            _ => default,
        };

        // An order that costs nothing is captured, too.
        return amount == 0 ? null : new WalletMovement(record.Version, record.At, type, amount, order, reference, balance + amount);
    }

    private static UserEvent EventOf(JournalRecord record)
    {
        try
        {
            return UserEvent.Codec.Decode(record);
        }
        catch (Exception fault) when (fault is not DamagedRecordException)
        {
            // Decoding is pure, so the event is at fault.
            throw new DamagedRecordException(record, fault.Message, fault);
        }
    }
}
