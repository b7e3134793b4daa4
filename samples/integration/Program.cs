using System.CommandLine;
using Granary.Client;
using Granary.Samples.Integration;

var url = new Option<string>("--url") { Description = "The address of Granary.", DefaultValueFactory = _ => "http://localhost:5080" };
var carts = new Option<string>("--carts") { Description = "The folder of the carts.", DefaultValueFactory = _ => "carts" };
var carrier = new Option<string>("--carrier") { Description = "Who takes the parcels.", DefaultValueFactory = _ => "Post" };
var keyId = new Option<string>("--key-id") { Description = "The id of the station's API key, key_….", Required = true };

var storefront = new Command("storefront", "Hands over all carts of a folder.") { url, carts };
storefront.SetAction((arguments, cancellation) =>
    new Storefront(Connect(arguments.GetValue(url)!), new CartFolder(arguments.GetValue(carts)!)).HandOverAllAsync(cancellation));

var warehouse = new Command("warehouse", "Packs and ships paid orders until it is stopped.") { url, carrier, keyId };
warehouse.SetAction((arguments, cancellation) =>
    new Warehouse(Connect(arguments.GetValue(url)!), arguments.GetValue(keyId)!, arguments.GetValue(carrier)!)
        .WorkAsync(order => Console.WriteLine($"{order.Id} has left"), cancellation));

return await new RootCommand("A storefront and a warehouse on Granary. Both read their API key from GRANARY_KEY.") { storefront, warehouse }
    .Parse(args).InvokeAsync();

static GranaryClient Connect(string address)
{
    var client = new GranaryClient(new HttpClient { BaseAddress = new Uri(address) });
    client.UseApiKey(Environment.GetEnvironmentVariable("GRANARY_KEY") ?? throw new InvalidOperationException("Set GRANARY_KEY to the machine's API key."));
    return client;
}
