using Granary.Client;

namespace Granary.Samples.Integration;

/// <summary>
/// The backend of a storefront. It hands carts over to Granary, each exactly once, whatever is lost or ends meanwhile: every step has an
/// idempotency key that follows from the cart, so that a repetition gets the answer of the first time.
/// </summary>
/// <param name="granary">Has an API key with the scopes <c>users:write</c> and <c>orders:write</c>.</param>
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
        var customer = await granary.RegisterCustomerAsync(
            "buyer-" + cart.Buyer, idempotencyKey: "buyer/" + cart.Buyer, cancellationToken: cancellationToken);
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
        catch (GranaryProblemException refusal) when (refusal.Problem.Slug is "insufficient-stock" or "insufficient-funds" or "unknown-product" or "product-not-for-sale")
        {
            // The storefront pays the money back, and so it leaves the wallet.
            await granary.WithdrawAsync(customer.Id, paid, cart.Receipt, idempotencyKey: "refund/" + cart.Receipt, cancellationToken: cancellationToken);
            carts.MarkRefused(cart);
            return;
        }

        carts.MarkDone(cart);
    }
}
