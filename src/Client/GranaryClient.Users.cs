namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Registers a user.</summary>
    /// <param name="idempotencyKey">
    /// Identifies the registration: a second call with it and the same content gets the same user. A new key by default.
    /// </param>
    public Task<User> RegisterAsync(
        string userName, string password, string? displayName = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        RegisterAsync(new RegisterUser(userName, password, displayName), idempotencyKey, cancellationToken);

    /// <summary>Registers a customer who cannot log in and for whom a machine orders. Needs an API key with the scope <c>users:write</c>.</summary>
    /// <param name="idempotencyKey">
    /// Identifies the registration: a second call with it and the same content gets the same user. A new key by default.
    /// </param>
    public Task<User> RegisterCustomerAsync(
        string userName, string? displayName = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        RegisterAsync(new RegisterUser(userName, null, displayName), idempotencyKey, cancellationToken);

    /// <summary>Reads the caller's own account.</summary>
    public Task<User> GetMeAsync(CancellationToken cancellationToken = default) =>
        GetAsync("users/me", ClientJson.Default.User, cancellationToken);

    /// <summary>Reads an account.</summary>
    public Task<User> GetUserAsync(string id, CancellationToken cancellationToken = default) =>
        GetAsync("users/" + Segment(id), ClientJson.Default.User, cancellationToken);

    /// <summary>Adds money to a wallet.</summary>
    /// <param name="idempotencyKey">Identifies the deposit: a second call with it adds nothing. A new key by default.</param>
    /// <param name="reference">Where the money comes from, such as the id of a bank transfer.</param>
    public Task<Wallet> DepositAsync(
        string userId, Money money, string? idempotencyKey = null, string? reference = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"users/{Segment(userId)}/deposits",
            Body(new MoneyMovement(money.Amount, money.Currency, reference), ClientJson.Default.MoneyMovement), ClientJson.Default.Wallet,
            repeatable: true, cancellationToken, idempotencyKey ?? Guid.CreateVersion7().ToString());

    /// <summary>Reads the movements of a wallet, oldest first, page by page.</summary>
    /// <param name="from">Begins at the first movement at this time or later; null for the first of all.</param>
    /// <param name="to">Ends before the first movement at this time or later; null for all.</param>
    public IAsyncEnumerable<WalletMovement> ReadStatementAsync(
        string userId, DateTimeOffset? from = null, DateTimeOffset? to = null, CancellationToken cancellationToken = default) =>
        PagesAsync(
            $"users/{Segment(userId)}/statement?{Filter("from", from)}{Filter("to", to)}", ClientJson.Default.StatementPage, cancellationToken);

    /// <summary>Pays money out of a wallet.</summary>
    /// <param name="reference">Where the money goes, such as the id of a bank transfer.</param>
    /// <param name="idempotencyKey">Identifies the withdrawal: a second call with it takes nothing. A new key by default.</param>
    public Task<Wallet> WithdrawAsync(
        string userId, Money money, string? reference = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"users/{Segment(userId)}/withdrawals",
            Body(new MoneyMovement(money.Amount, money.Currency, reference), ClientJson.Default.MoneyMovement), ClientJson.Default.Wallet,
            repeatable: true, cancellationToken, idempotencyKey ?? Guid.CreateVersion7().ToString());

    private Task<User> RegisterAsync(RegisterUser user, string? idempotencyKey, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "users", Body(user, ClientJson.Default.RegisterUser), ClientJson.Default.User,
            repeatable: true, cancellationToken, idempotencyKey ?? Guid.CreateVersion7().ToString());
}
