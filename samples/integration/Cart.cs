using System.Text.Json;
using System.Text.Json.Serialization;

namespace Granary.Samples.Integration;

/// <summary>What a buyer has paid for at the storefront's own checkout.</summary>
/// <param name="Id">The storefront's own id of the order.</param>
/// <param name="Buyer">The storefront's own id of the buyer: letters, digits and hyphens.</param>
/// <param name="Paid">What the buyer has paid, in minor units.</param>
/// <param name="Receipt">The id of the payment at the storefront's bank.</param>
public sealed record Cart(string Id, string Buyer, IReadOnlyList<CartLine> Lines, long Paid, string Receipt);

/// <summary>One line of a cart.</summary>
public sealed record CartLine(string Sku, long Quantity);

/// <summary>
/// The storefront's outbox: a folder with a file for each cart. A cart that has been handed over is moved to <c>done</c>, one that was refused
/// to <c>refused</c>; so a storefront that starts again goes on with what is left.
/// </summary>
public sealed class CartFolder
{
    private readonly string _path;

    /// <summary>Opens the folder, and makes it if it is missing.</summary>
    public CartFolder(string path)
    {
        _path = path;
        Directory.CreateDirectory(Path.Combine(path, "done"));
        Directory.CreateDirectory(Path.Combine(path, "refused"));
    }

    /// <summary>The carts that are left, oldest name first.</summary>
    public IReadOnlyList<Cart> Left() =>
    [
        .. Directory.EnumerateFiles(_path, "*.json").Order(StringComparer.Ordinal)
            .Select(file => JsonSerializer.Deserialize(File.ReadAllText(file), CartJson.Default.Cart)!),
    ];

    /// <summary>Puts a cart in. A file appears whole or not at all.</summary>
    public void Add(Cart cart)
    {
        var unfinished = Path.Combine(_path, cart.Id + ".tmp");
        File.WriteAllText(unfinished, JsonSerializer.Serialize(cart, CartJson.Default.Cart));
        File.Move(unfinished, FileOf(cart));
    }

    /// <summary>The order of the cart has been placed and paid.</summary>
    public void MarkDone(Cart cart) => File.Move(FileOf(cart), Path.Combine(_path, "done", cart.Id + ".json"), overwrite: true);

    /// <summary>The cart was refused, and the buyer's money is to be paid back.</summary>
    public void MarkRefused(Cart cart) => File.Move(FileOf(cart), Path.Combine(_path, "refused", cart.Id + ".json"), overwrite: true);

    private string FileOf(Cart cart) => Path.Combine(_path, cart.Id + ".json");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Cart))]
internal sealed partial class CartJson : JsonSerializerContext;
