namespace Granary.Load;

/// <summary>The server under load and how to set up its shop, from the command line.</summary>
public sealed class Target : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _setup;
    private readonly StaffCredentials _staff;

    /// <exception cref="UsageException">An option is not valid.</exception>
    public Target(CommandLine line, int connections)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (!Uri.TryCreate(line.Text("target") ?? "http://localhost:5080", UriKind.Absolute, out var address))
        {
            throw new UsageException("--target must be an absolute address");
        }

        var auth = (line.Text("auth") ?? "bearer") switch
        {
            "none" => AuthMode.None,
            "bearer" => AuthMode.Bearer,
            var other => throw new UsageException($"--auth is none or bearer, not '{other}'"),
        };
        _setup = line.Text("setup") ?? "api";
        if (_setup is not ("api" or "assume"))
        {
            throw new UsageException($"--setup is api or assume, not '{_setup}'");
        }

        var password = line.Text("admin-password") ?? Environment.GetEnvironmentVariable("GRANARY_ADMIN_PASSWORD") ?? "";
        _staff = new(line.Text("admin-user") ?? "admin", password);
        _http = Connect(address, connections);
        Client = new(_http, auth);
    }

    public ShopClient Client { get; }

    /// <summary>Sets up the shop, or assumes that the server has done so.</summary>
    /// <exception cref="ShopSetupException">A response of the server violates the contract.</exception>
    public async Task<Shop> PrepareAsync(ShopPlan plan, CancellationToken cancellation) =>
        _setup == "assume" ? ShopSetup.Assume(Client, plan) : await ShopSetup.PrepareAsync(Client, plan, _staff, cancellation);

    public void Dispose() => _http.Dispose();

    /// <summary>A client without what a load generator does not need: proxies, cookies, redirects, tracing headers.</summary>
    public static HttpClient Connect(Uri address, int connections) =>
        new(new SocketsHttpHandler
        {
            MaxConnectionsPerServer = Math.Max(connections, 16),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(60),
        };
}
