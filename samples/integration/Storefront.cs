using Granary.Client;

namespace Granary.Samples.Integration;

/// <summary>
/// The backend of a storefront. It hands carts over to Granary, each exactly once, whatever is lost or ends meanwhile: every step has an
/// idempotency key that follows from the cart, so that a repetition gets the answer of the first time.
/// </summary>
/// <param name="granary">Has an API key with the scopes <c>users:write</c>, <c>users:read</c> and <c>orders:write</c>.</param>
/// <param name="currency">The currency of the deployment.</param>
public sealed class Storefront(GranaryClient granary, CartFolder carts, string currency = "USD")
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Hands over all carts that are left; those that cannot be reached are tried again until they are.</summary>
    public async Task HandOverAllAsync(CancellationToken cancellationToken)
    {
        while (carts.Left() is { Count: > 0 } left)
        {
            try
            {
                foreach (var cart in left)
                {
                    await HandOverAsync(cart, cancellationToken);
                }
            }
            catch (Exception fault) when (Faults.IsPassing(fault, cancellationToken))
            {
                // The client has repeated the request for some seconds. The cart is still in the folder.
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private async Task HandOverAsync(Cart cart, CancellationToken cancellationToken)
    {
        // The buyer's money is at the storefront's bank. The wallet shows what of it Granary may spend, and the receipt is in the statement.
        var customer = await CustomerOfAsync(cart.Buyer, cancellationToken);
        var paid = new Money(cart.Paid, currency);
        await granary.DepositAsync(customer.Id, paid, reference: cart.Receipt, idempotencyKey: "deposit/" + cart.Receipt, cancellationToken: cancellationToken);
        try
        {
            var order = await granary.PlaceOrderAsync(
                new NewOrder
                {
                    UserId = customer.Id,
                    Items = [.. cart.Lines.Select(line => new NewOrderItem(line.Sku, line.Quantity))],
                    ExternalReference = cart.Id,
                    Metadata = new Dictionary<string, string> { ["receipt"] = cart.Receipt },
                },
                idempotencyKey: "cart/" + cart.Id,
                cancellationToken);
            await granary.PayOrderAsync(order.Id, cancellationToken);
        }
        catch (GranaryProblemException refusal) when (!Faults.IsPassing(refusal, cancellationToken) && refusal.Problem.Status is 409 or 422)
        {
            // There is no stock, the product is not sold any more, or the order expired before it was paid: it holds no money. The storefront pays
            // the money back, and so it leaves the wallet. Any other refusal is a fault of this program or of its key, and ends it.
            await granary.WithdrawAsync(customer.Id, paid, cart.Receipt, idempotencyKey: "refund/" + cart.Receipt, cancellationToken: cancellationToken);
            carts.MarkRefused(cart);
            return;
        }

        carts.MarkDone(cart);
    }

    private async Task<User> CustomerOfAsync(string buyer, CancellationToken cancellationToken)
    {
        var name = "buyer-" + buyer;
        try
        {
            return await granary.RegisterCustomerAsync(name, idempotencyKey: "buyer/" + buyer, cancellationToken: cancellationToken);
        }
        catch (GranaryProblemException refusal) when (refusal.Problem.Slug == "user-name-taken")
        {
            // The storefront had another API key then; idempotency keys belong to the API key.
            return await granary.ListUsersAsync(name, cancellationToken: cancellationToken).FirstAsync(user => user.UserName == name, cancellationToken);
        }
    }
}
