using System.Globalization;
using System.Reflection;
using Granary.Domain.ApiKeys;
using Granary.Domain.Orders;
using Granary.Domain.Payments;
using Granary.Domain.Stock;
using Granary.Domain.Users;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Interfaces.Stock;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Orders;
using Granary.Grains.Stock.Catalogue;

namespace Granary.Grains.Sites;

/// <summary>
/// Stands in for grains at a site that takes no writes: questions are answered from the standby, and everything else is refused with the name of the
/// site that takes writes. So the front end of an idle site is the front end of every site.
/// </summary>
public class IdleGrains : DispatchProxy
{
    private static readonly Type[] Known =
        [typeof(IUserGrain), typeof(IOrderGrain), typeof(IStockGrain), typeof(IPaymentGrain), typeof(IApiKeysGrain), typeof(ICatalogueGrain), typeof(IOrderSearchGrain)];

    private Questions _questions = null!;

    /// <summary>The factory of these stand-ins.</summary>
    public static IGrainFactory Create(StandbyReads standby, StandbyStates states, ICurrent<OrderOptions> limits)
    {
        var factory = DispatchProxy.Create<IGrainFactory, IdleGrains>();
        ((IdleGrains)(object)factory)._questions = new Questions(standby, states, limits);
        return factory;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        if (targetMethod.Name == nameof(IGrainFactory.GetGrain) && targetMethod.IsGenericMethod)
        {
            var key = Convert.ToString(args![0], CultureInfo.InvariantCulture);
            return IdleGrain.Create(targetMethod.GetGenericArguments()[0], key ?? "", _questions);
        }

        // GrainLookup knows the types of grains since the process was one that writes.
        return args is [GrainId id, GrainInterfaceType asked] && Known.FirstOrDefault(known => asked.ToString()!.Contains(AliasOf(known)!, StringComparison.Ordinal)) is { } type
            ? IdleGrain.Create(type, id.Key.ToString() ?? "", _questions)
            : throw _questions.NeedsWriter();
    }

    private static string? AliasOf(Type type) => type.GetCustomAttribute<AliasAttribute>()?.Alias;

    /// <summary>A stand-in of one grain.</summary>
    public class IdleGrain : DispatchProxy
    {
        private string _key = "";
        private Questions _questions = null!;

        internal static object Create(Type type, string key, Questions questions)
        {
            var grain = DispatchProxy.Create(type, typeof(IdleGrain));
            ((IdleGrain)grain)._key = key;
            ((IdleGrain)grain)._questions = questions;
            return grain;
        }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            ArgumentNullException.ThrowIfNull(targetMethod);
            args ??= [];
            return (targetMethod.DeclaringType!.Name, targetMethod.Name) switch
            {
                (nameof(IUserGrain), nameof(IUserGrain.Get)) => _questions.UserAsync(_key),
                (nameof(IUserGrain), nameof(IUserGrain.GetCredential)) => _questions.CredentialAsync(_key),
                (nameof(IOrderGrain), nameof(IOrderGrain.Get)) => _questions.OrderAsync(_key, (string?)args[0]),
                (nameof(IStockGrain), nameof(IStockGrain.GetProduct)) => _questions.ProductAsync(_key),
                (nameof(IStockGrain), nameof(IStockGrain.GetLevel)) => _questions.LevelAsync(_key),
                (nameof(IPaymentGrain), nameof(IPaymentGrain.Get)) => _questions.PaymentAsync(_key, (string?)args[0]),
                (nameof(IApiKeysGrain), nameof(IApiKeysGrain.Refresh)) => _questions.KeysAsync(_key, (long)args[0]!),
                (nameof(ICatalogueGrain), nameof(ICatalogueGrain.Search)) =>
                    _questions.CatalogueAsync((string?)args[0], (int)args[1]!, (string?)args[2]),
                _ => throw _questions.NeedsWriter(),
            };
        }
    }

    /// <summary>The questions that a standby can answer.</summary>
    internal sealed class Questions(StandbyReads standby, StandbyStates states, ICurrent<OrderOptions> limits)
    {
        public SiteIdleException NeedsWriter() => standby.NeedsWriter();

        public async Task<UserReply> UserAsync(string id)
        {
            var user = await states.ReadAsync<UserState, UserEvent>(id);
            return user.Status == UserStatus.None
                ? new UserReply(null, new NotFound())
                : new UserReply(user.ToUser(limits.Value.MaxOpenOrdersPerUser));
        }

        public async Task<UserCredential?> CredentialAsync(string id)
        {
            var user = await states.ReadAsync<UserState, UserEvent>(id);
            return user.Status == UserStatus.None ? null : new UserCredential(user.PasswordHash, user.Status, user.Roles, user.TokenGeneration);
        }

        public async Task<OrderReply> OrderAsync(string id, string? owner)
        {
            var order = await states.ReadAsync<OrderState, OrderEvent>(id);
            return order.Exists && (owner is null || owner == order.UserId) ? new OrderReply(order.ToOrder()) : new NotFound();
        }

        public async Task<ProductReply> ProductAsync(string sku)
        {
            var item = await states.ReadAsync<StockState, StockEvent>(sku);
            return item.Status == StockStatus.None ? new ProductReply(null, new UnknownProduct([sku])) : new ProductReply(item.ToProduct());
        }

        public async Task<StockReply> LevelAsync(string sku)
        {
            var item = await states.ReadAsync<StockState, StockEvent>(sku);
            return item.Status == StockStatus.None ? new StockReply(null, new UnknownProduct([sku])) : new StockReply(item.ToLevel());
        }

        public async Task<PaymentReply> PaymentAsync(string id, string? owner)
        {
            var payment = await states.ReadAsync<PaymentState, PaymentEvent>(id);
            return payment.Exists && (owner is null || owner == payment.UserId) ? new PaymentReply(payment.ToPayment()) : new NotFound();
        }

        public async Task<ApiKeySet?> KeysAsync(string ring, long known)
        {
            var keys = await states.ReadAsync<ApiKeysState, ApiKeyEvent>(ring);
            return keys.Version == known ? null : keys.ToSet();
        }

        public Task<IReadOnlyList<string>> CatalogueAsync(string? text, int limit, string? afterSku) => standby.ReadAsync(
            snapshot => snapshot.ReadAsync(
                (connection, cancellation) => PostgreSqlCatalogue.SearchAsync(connection, text, limit, afterSku, cancellation), CancellationToken.None),
            CancellationToken.None);
    }
}
