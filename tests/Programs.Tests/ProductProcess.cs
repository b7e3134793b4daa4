namespace Granary.Programs.Tests;

/// <summary>The product as a separate process with its own silo and files, to be killed and started again over the same data.</summary>
internal sealed class ProductProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("granary-programs-tests-");
    private readonly ProgramProcess _program;

    private ProductProcess(IEnumerable<KeyValuePair<string, string>> settings) =>
        _program = new("Granary.Api.dll", settings.Concat(DefaultsIn(_directory)).DistinctBy(setting => setting.Key));

    public Uri Address => _program.Address;

    /// <summary>Its process id.</summary>
    public int ProcessId => _program.ProcessId;

    /// <summary>Everything written since its last start.</summary>
    public IReadOnlyList<string> Lines => _program.Lines;

    /// <summary>A token of its administrator.</summary>
    public string AdminToken { get; private set; } = "";

    public Shop Shop => field ??= Access.Shop(Address, AdminToken);

    /// <summary>Starts it over new data and returns when it is ready and its administrator can log in.</summary>
    /// <param name="settings">Environment variables; of two with one name the first counts.</param>
    public static async Task<ProductProcess> StartAsync(params IEnumerable<KeyValuePair<string, string>> settings)
    {
        var product = new ProductProcess(settings);
        await product.StartAgainAsync();
        using var client = Access.Client(product.Address);
        product.AdminToken = await client.TokenAsync("admin", Product.AdminPassword);
        return product;
    }

    /// <summary>Starts it with invalid settings and waits for its end.</summary>
    /// <returns>The exit code and the output.</returns>
    public static async Task<(int Code, string Output)> FailAsync(IEnumerable<KeyValuePair<string, string>> settings)
    {
        await using var product = new ProductProcess(settings);
        product._program.Start();
        return (await product._program.EndsAsync(), string.Join('\n', product.Lines));
    }

    /// <summary>Starts the process and returns when it is ready.</summary>
    public async Task StartAgainAsync()
    {
        _program.Start();
        await _program.ListensAsync();
        using var client = Access.Client(Address);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await client.GetAsync("/health/ready", TestContext.Current.CancellationToken);
                return answer.IsSuccessStatusCode;
            },
            "the product is ready");
    }

    /// <summary>Ends the process at once, whatever it is doing: SIGKILL.</summary>
    public Task KillAsync() => _program.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static Dictionary<string, string> DefaultsIn(DirectoryInfo directory) => new()
    {
        ["Granary__DataDirectory"] = directory.FullName,
        ["Granary__Silo__Port"] = "0",
        ["Granary__Silo__GatewayPort"] = "0",
        ["Granary__Admin__Password"] = Product.AdminPassword,
    };
}
