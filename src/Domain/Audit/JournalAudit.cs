using Granary.Domain.ApiKeys;
using Granary.Domain.Events;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Domain.Settings;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.Interfaces.Orders;

namespace Granary.Domain.Audit;

/// <summary>
/// Folds a whole journal and checks what must hold over all of it: streams without gaps, stock and money conserved to the
/// unit and the cent, and every reservation and hold belonging to an order that has a right to it. It trusts the events
/// alone: no snapshot, no index, no grain. Holds the state of every stream in memory.
/// </summary>
/// <param name="placeOf">What a finding says of where a stream is, such as the database; null for nothing.</param>
public sealed class JournalAudit(Func<string, string>? placeOf = null)
{
    private readonly Dictionary<string, OrderState> _orders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StockState> _stock = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UserState> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ApiKeysState> _apiKeys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReferenceState> _references = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SettingsState> _settings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PaymentState> _payments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _broken = new(StringComparer.Ordinal);
    private readonly List<string> _violations = [];
    private readonly List<string> _lagging = [];
    private long _events;

    /// <summary>Every order stream so far, by order id; one that was only ever attempted does not <see cref="OrderState.Exists"/>.</summary>
    public IReadOnlyDictionary<string, OrderState> Orders => _orders;

    /// <summary>Every stock item so far, by SKU.</summary>
    public IReadOnlyDictionary<string, StockState> Stock => _stock;

    /// <summary>Every user so far, by id.</summary>
    public IReadOnlyDictionary<string, UserState> Users => _users;

    /// <summary>Every external payment so far, by id; one of which only the provider has spoken does not <see cref="PaymentState.Exists"/>.</summary>
    public IReadOnlyDictionary<string, PaymentState> Payments => _payments;

    /// <summary>Takes the next event of its stream.</summary>
    public void Add(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        _events++;
        if (_broken.ContainsKey(record.Stream))
        {
            return;
        }

        try
        {
            if (record.Damage is { } damage)
            {
                throw new DamagedRecordException(record, damage);
            }

            switch (JournalStream.KindOf(record.Stream))
            {
                case StreamKind.Order:
                    Apply<OrderState, OrderEvent>(_orders, record);
                    break;
                case StreamKind.Stock:
                    Apply<StockState, StockEvent>(_stock, record);
                    break;
                case StreamKind.User:
                    Apply<UserState, UserEvent>(_users, record);
                    break;
                case StreamKind.ApiKeys:
                    Apply<ApiKeysState, ApiKeyEvent>(_apiKeys, record);
                    break;
                case StreamKind.Reference:
                    Apply<ReferenceState, ReferenceEvent>(_references, record);
                    break;
                case StreamKind.Settings:
                    Apply<SettingsState, SettingsEvent>(_settings, record);
                    break;
                case StreamKind.Payment:
                    Apply<PaymentState, PaymentEvent>(_payments, record);
                    break;
            }
        }
        catch (DamagedRecordException damaged)
        {
            // What follows in a broken stream cannot be judged.
            _broken.Add(record.Stream, damaged.Message + PlaceOf(record.Stream));
        }
    }

    /// <summary>Judges what was read so far.</summary>
    public AuditReport Judge()
    {
        _violations.Clear();
        _violations.AddRange(_broken.Values);
        _lagging.Clear();
        var standings = _orders.ToDictionary(order => order.Key, order => order.Value.ToStanding(), StringComparer.Ordinal);
        var live = standings.Values.Where(standing => standing.Phase != ClaimPhase.None).ToList();
        var bySku = live.SelectMany(standing => standing.Lines.Select(line => (line.Sku, Standing: standing)))
            .ToLookup(line => line.Sku, line => line.Standing, StringComparer.Ordinal);
        var byUser = live.ToLookup(standing => _orders[standing.OrderId].UserId, StringComparer.Ordinal);
        foreach (var stock in _stock.Values)
        {
            JudgeStock(stock, bySku[stock.Sku], standings);
        }

        foreach (var user in _users.Values)
        {
            JudgeWallet(user, byUser[user.Id], standings);
        }

        foreach (var missing in bySku.Select(orders => orders.Key).Where(sku => !_stock.ContainsKey(sku)))
        {
            _violations.Add($"Orders have units of {missing}, which is not in the journal.");
        }

        foreach (var missing in byUser.Select(orders => orders.Key).Where(user => !_users.ContainsKey(user)))
        {
            _violations.Add($"Orders belong to user {missing}, who is not in the journal.");
        }

        JudgeReferences();
        var clearing = new Clearing(_orders, _users.Values, _payments, PlaceOf);
        clearing.Judge();
        _violations.AddRange(clearing.Violations);
        _lagging.AddRange(clearing.Lagging);
        return new AuditReport(
            _events, _orders.Values.Count(order => order.Exists), _stock.Count, _users.Count, [.. _violations], [.. _lagging],
            _payments.Values.Count(payment => payment.Exists));
    }

    private static void Apply<TState, TEvent>(Dictionary<string, TState> states, JournalRecord record)
        where TState : class, IAggregate<TState, TEvent>
        where TEvent : class
    {
        var key = JournalStream.KeyOf(record.Stream);
        states[key] = Aggregate.Fold<TState, TEvent>(states.GetValueOrDefault(key) ?? TState.Initial(key), [record]);
    }

    private void JudgeStock(StockState stock, IEnumerable<OrderStanding> orders, Dictionary<string, OrderStanding> standings)
    {
        var name = $"Stock of {stock.Sku}{PlaceOf(JournalStream.OfStock(stock.Sku))}";
        Demand(stock.Received == stock.OnHand + stock.Sold, $"{name}: received {stock.Received} is not on hand {stock.OnHand} and sold {stock.Sold}.");
        Demand(stock.Available >= 0, $"{name}: {stock.Reserved} units are reserved of {stock.OnHand} on hand.");
        var paid = Judge(new ClaimJudge(name, stock.Claims, standing => standing.QuantityOf(stock.Sku)), orders, standings);
        Demand(stock.Sold == paid, $"{name}: {stock.Sold} units are sold, but orders account for {paid}.");
    }

    private void JudgeWallet(UserState user, IEnumerable<OrderStanding> orders, Dictionary<string, OrderStanding> standings)
    {
        var name = $"Wallet of {user.Id}{PlaceOf(JournalStream.OfUser(user.Id))}";
        Demand(user.Available >= 0, $"{name}: {user.Held} is held and {user.Spent - user.Refunded} spent of {user.Deposited} deposited and not withdrawn.");
        var claims = new ClaimJudge(
            name,
            user.Claims,
            standing => _orders[standing.OrderId].UserId == user.Id ? standing.WalletTotal : 0,
            standing => user.ReturnedOf(standing.OrderId));
        var paid = Judge(claims, orders, standings);
        var spent = user.Spent - user.Refunded;
        Demand(spent == paid, $"{name}: {spent} is spent, but orders account for {paid}.");
    }

    /// <summary>
    /// An order with a reference has the newest claim on it, so that no other order has it. A claim without its order is one of an attempt
    /// that was never decided.
    /// </summary>
    private void JudgeReferences()
    {
        foreach (var order in _orders.Values.Where(order => order.ExternalReference is not null))
        {
            var key = ReferenceState.KeyOf(order.Timeline[0].By, order.ExternalReference!);
            Demand(
                _references.GetValueOrDefault(key)?.Claim?.Order == order.Id || _broken.ContainsKey(ReferenceState.StreamOf(key)),
                $"Order {order.Id} does not have its external reference {order.ExternalReference}.");
        }

        foreach (var reference in _references.Values.Where(reference => !_broken.ContainsKey(JournalStream.OfOrder(reference.Claim!.Order))))
        {
            var (claim, order) = (reference.Claim!, _orders.GetValueOrDefault(reference.Claim!.Order));
            if (order is { Exists: true } && reference.IsCarriedBy(order))
            {
                continue;
            }

            Demand(
                order is null || !order.Accepted.Contains(claim.Attempt),
                $"Order {claim.Order} was placed by the attempt that claimed the external reference {claim.Reference}, and does not have it.");
            _lagging.Add($"External reference {claim.Reference}: an attempt at order {claim.Order} claimed it and has not placed the order.");
        }
    }

    /// <summary>Judges the orders that have a right here and those that have a claim, and returns what they account for as paid.</summary>
    private long Judge(ClaimJudge claims, IEnumerable<OrderStanding> orders, Dictionary<string, OrderStanding> standings)
    {
        foreach (var standing in orders.Concat(claims.Claimants(standings)).Distinct())
        {
            claims.Judge(standing);
        }

        claims.JudgeStrangers(standings);
        _violations.AddRange(claims.Violations);
        _lagging.AddRange(claims.Lagging);
        return claims.Paid;
    }

    private string PlaceOf(string stream) => placeOf?.Invoke(stream) ?? "";

    private void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            _violations.Add(otherwise);
        }
    }
}
