namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>
    /// Registers a user. The client does not repeat the request: if the response is lost, a repetition by the caller gets
    /// <c>user-name-taken</c>.
    /// </summary>
    public Task<User> RegisterAsync(
        string userName, string password, string? displayName = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, "users",
            Body(new RegisterUser(userName, password, displayName), ClientJson.Default.RegisterUser), ClientJson.Default.User,
            repeatable: false, cancellationToken);

    /// <summary>Reads the caller's own account.</summary>
    public Task<User> GetMeAsync(CancellationToken cancellationToken = default) =>
        GetAsync("users/me", ClientJson.Default.User, cancellationToken);

    /// <summary>Reads an account.</summary>
    public Task<User> GetUserAsync(string id, CancellationToken cancellationToken = default) =>
        GetAsync("users/" + Segment(id), ClientJson.Default.User, cancellationToken);

    /// <summary>Adds money to a wallet.</summary>
    /// <param name="idempotencyKey">Identifies the deposit: a second call with it adds nothing. A new key by default.</param>
    public Task<Wallet> DepositAsync(
        string userId, Money money, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"users/{Segment(userId)}/deposits", Body(money, ClientJson.Default.Money),
            ClientJson.Default.Wallet, repeatable: true, cancellationToken, idempotencyKey ?? Guid.CreateVersion7().ToString());

    /// <summary>Pays money out of a wallet.</summary>
    /// <param name="reference">Where the money goes, such as the id of a bank transfer.</param>
    /// <param name="idempotencyKey">Identifies the withdrawal: a second call with it takes nothing. A new key by default.</param>
    public Task<Wallet> WithdrawAsync(
        string userId, Money money, string? reference = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, $"users/{Segment(userId)}/withdrawals",
            Body(new Withdrawal(money.Amount, money.Currency, reference), ClientJson.Default.Withdrawal), ClientJson.Default.Wallet,
            repeatable: true, cancellationToken, idempotencyKey ?? Guid.CreateVersion7().ToString());
}
