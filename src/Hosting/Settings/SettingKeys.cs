using System.Net;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.Users;
using Granary.Grains.Orders;
using Granary.Grains.Payments.Providers;
using Granary.Grains.Webhooks;
using Granary.Hosting.Auth;
using Granary.Hosting.Clustering;
using Granary.Journal;
using Granary.Journal.PostgreSql;
using Granary.Streams;
using Npgsql;
using Serilog.Events;
using StackExchange.Redis;
using static Granary.Hosting.Settings.SettingRules;

namespace Granary.Hosting.Settings;

/// <summary>
/// Every key that the platform reads, declared once: commands complete it, <c>docs/settings.md</c> lists it, tests try a bad value
/// of it.
/// </summary>
public static class SettingKeys
{
    // Before the keys: fields are initialised in the order of the file.
    private static readonly List<SettingKey> Declared = [];

    private const string SecretAddress = "an https address, or an http one of this machine";
    private const string VisibleText = "1 to 255 visible ASCII characters";

    // One request in a hundred shows where time goes, at almost no cost for the others.
    private const double DefaultTraceRatio = 0.01;

    private static readonly TimeSpan AMoment = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan AMonth = TimeSpan.FromDays(30);
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3_650);

    private static readonly JournalStoreOptions JournalDefaults = new();
    private static readonly OrderOptions OrderDefaults = new();
    private static readonly PaymentOptions PaymentDefaults = new();
    private static readonly StreamSettings StreamDefaults = new();
    private static readonly WebhookOptions WebhookDefaults = new();

    /// <summary>All of them, in the order of the documentation.</summary>
    public static IReadOnlyList<SettingKey> All => Declared;

    /// <summary>The other form of <see cref="LogLevel"/> that Serilog takes; for where that is not set.</summary>
    internal static SettingKey<LogEventLevel> ShortLogLevel { get; } = Choice("Serilog:MinimumLevel", LogEventLevel.Information, "");

    /// <summary>The key with this name.</summary>
    public static SettingKey? Find(string name) => Declared.Find(key => key.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public static SettingKey<string> DataDirectory { get; } = Declare(Text("Granary:DataDirectory", "data",
        "where the embedded SQLite files and generated secrets are kept (mode 0600)", "./data"));

    public static SettingKey<StorageKind> Storage { get; } = Declare(Choice("Granary:Storage", StorageKind.Sqlite,
        "where events and snapshots are stored: embedded files, or the database of `ConnectionStrings:Granary`"));

    public static SettingKey<ClusteringKind> Clustering { get; } = Declare(Choice("Granary:Clustering", ClusteringKind.Localhost,
        "how silos find each other: one silo alone, or any number through the server of `ConnectionStrings:Redis`"));

    public static SettingKey<HostingKind> Hosting { get; } = Declare(Choice("Granary:Hosting", HostingKind.CoHosted,
        "front end: runs a silo in its own process, or connects to the silos of a cluster"));

    public static SettingKey<string?> Database { get; } = Declare(Secret("ConnectionStrings:Granary", "",
        "a PostgreSQL connection string such as Host=localhost;Database=granary;Username=granary", "the database, where `Granary:Storage` is `PostgreSql`; a primary and its standbys as Host=a,b ([standby.md](standby.md))",
        text => IsParsed(() => new NpgsqlConnectionStringBuilder(text))));

    public static SettingKey<string?> Redis { get; } = Declare(Secret("ConnectionStrings:Redis", "",
        "a Redis connection string such as localhost:6379", "the Redis server: cluster membership, and the second level of the catalogue cache",
        text => IsParsed(() => ConfigurationOptions.Parse(text))));

    public static SettingKey<string> Currency { get; } = Declare(Form("Granary:Currency", "USD", "an ISO 4217 code such as USD",
        "the one currency of the deployment", text => text.Length == 3 && text.All(char.IsAsciiLetterUpper)));

    public static SettingKey<string?> SettingsDirectory { get; } = Declare(OptionalText("Granary:Settings:Directory",
        "a directory of files, such as a mounted ConfigMap: each has the value of the key in its name, with `__` for a colon"));

    public static SettingKey<TimeSpan> DrainTime { get; } = Declare(Duration("Granary:DrainTime", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(5),
        "front end: how long it continues to serve, no longer ready, after it was told to stop"));

    public static SettingKey<string> AdminUserName { get; } = Declare(Form("Granary:Admin:UserName", "admin",
        "3 to 64 ASCII letters, digits and . _ - @ +", "the first administrator of an empty store; no effect later", UserId.IsValidName));

    public static SettingKey<string?> AdminPassword { get; } = Declare(Secret("Granary:Admin:Password", "generated",
        $"{Limits.ShortestPassword} to {Limits.LongestPassword} characters", "the first administrator's password; a generated one is printed once",
        text => text.Length is >= Limits.ShortestPassword and <= Limits.LongestPassword));

    public static SettingKey<Uri?> Authority { get; } = Declare(Url("Granary:Auth:Authority",
        "the https address of an OpenID Connect issuer", "an external issuer of tokens, instead of Granary's own logins",
        uri => uri.Scheme == Uri.UriSchemeHttps || uri.IsLoopback));

    public static SettingKey<string> Issuer { get; } = Declare(Text("Granary:Auth:Issuer", "granary", "the `iss` of Granary's own tokens"));

    public static SettingKey<string> Audience { get; } = Declare(Text("Granary:Auth:Audience", "granary", "the `aud` that tokens must carry"));

    public static SettingKey<string> RolesClaim { get; } = Declare(Text("Granary:Auth:RolesClaim", "roles",
        "the claim that lists the roles in an external issuer's tokens"));

    public static SettingKey<string?> ClientId { get; } = Declare(OptionalText("Granary:Auth:ClientId",
        "the console's client at the external issuer ([console.md](console.md)); without it nobody signs in to the console there"));

    public static SettingKey<string?> ClientSecret { get; } = Declare(Secret("Granary:Auth:ClientSecret", "", VisibleText,
        "the secret of that client, if it has one", text => text.Length <= 255 && text.All(c => c is > ' ' and < (char)127)));

    public static SettingKey<string> ClientScopes { get; } = Declare(Text("Granary:Auth:Scopes", "openid profile",
        "the scopes that the console asks the external issuer for; its access tokens must have the audience `Granary:Auth:Audience`"));

    public static SettingKey<TimeSpan> TokenLifetime { get; } = Declare(Duration("Granary:Auth:TokenLifetime",
        TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), AMonth, "how long one of Granary's own tokens is valid"));

    public static SettingKey<TimeSpan> KeyLifetime { get; } = Declare(Duration("Granary:Auth:KeyLifetime",
        TimeSpan.FromDays(90), TimeSpan.FromMinutes(1), TenYears, "the age at which a generated signing key is replaced"));

    public static SettingKey<IReadOnlyList<byte[]>> TokenKeys { get; } = Declare(List("Granary:Auth:SigningKey", "generated", ',',
        "the base64 form of at least 32 random bytes, or several, separated by commas",
        "the keys of Granary's own tokens, instead of generated ones: the first signs, all verify",
        (string text, out byte[] secret) =>
        {
            var bytes = new byte[text.Length];
            var holds = Convert.TryFromBase64String(text, bytes, out var length) && length >= SigningKey.SecretBytes;
            secret = bytes[..length];
            return holds;
        },
        secret: true));

    public static SettingKey<TimeSpan> PaymentTimeout { get; } = DeclareOfRequest(Duration("Granary:Orders:PaymentTimeout",
        OrderDefaults.PaymentTimeout, AMoment, AMonth, "unpaid orders expire after this time"));

    public static SettingKey<TimeSpan> ReservationGrace { get; } = Declare(Duration("Granary:Orders:ReservationGrace",
        OrderDefaults.ReservationGrace, AMoment, AMonth, "when an unconfirmed reservation or hold checks back with its order"));

    public static SettingKey<int> MaxOpenOrders { get; } = DeclareOfRequest(Number("Granary:Orders:MaxOpenOrdersPerUser",
        OrderDefaults.MaxOpenOrdersPerUser, 0, 1_000_000, "how many orders of one user may be open and not paid; 0 turns the limit off"));

    public static SettingKey<long> MaxOpenUnits { get; } = DeclareOfRequest(Number("Granary:Orders:MaxOpenUnitsPerUser",
        OrderDefaults.MaxOpenUnitsPerUser, 0, Limits.StockUnits,
        "how many units of one product the unpaid orders of one user may hold; 0 turns the limit off"));

    public static SettingKey<TimeSpan> TrackingHeartbeat { get; } = Declare(Duration("Granary:Orders:TrackingHeartbeat",
        TimeSpan.FromSeconds(15), AMoment, TimeSpan.FromDays(1), "how often the connection of a followed order carries a comment"));

    public static SettingKey<TimeSpan> StatisticsInterval { get; } = Declare(Duration("Granary:Statistics:Interval",
        TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1),
        "how often the figures of `GET /statistics` are computed, while somebody asks for them"));

    public static SettingKey<long> LowThreshold { get; } = DeclareLive(Number("Granary:Stock:LowThreshold", 10L, 0, Limits.StockUnits,
        "an item with this many available units or fewer is low; 0 turns alerts off"));

    public static SettingKey<ProviderKind> PaymentProvider { get; } = Declare(Choice("Granary:Payments:Provider", PaymentDefaults.Provider,
        "who carries out payments that are not from a wallet ([payments.md](payments.md)); `Sandbox` moves no money"));

    public static SettingKey<TimeSpan> PaymentGrace { get; } = DeclareOfRequest(Duration("Granary:Payments:Grace", PaymentDefaults.Grace, TimeSpan.Zero,
        TimeSpan.FromDays(1), "how long an order lives on at its deadline, once, while the provider has not said what became of its payment"));

    public static SettingKey<Uri?> PaymentReturnUrl { get; } = Declare(Url("Granary:Payments:ReturnUrl", "an http or https address",
        "where payers come back to after they have acted at the provider", _ => true));

    public static SettingKey<TimeSpan> PaymentConnectTimeout { get; } = DeclareLive(Duration("Granary:Payments:ConnectTimeout",
        PaymentDefaults.ConnectTimeout, AMoment, TimeSpan.FromMinutes(1), "how long a connection to the provider may take"));

    public static SettingKey<TimeSpan> PaymentCallTimeout { get; } = DeclareLive(Duration("Granary:Payments:CallTimeout",
        PaymentDefaults.CallTimeout, AMoment, TimeSpan.FromMinutes(1), "how long a call to the provider may take before its outcome is asked for later"));

    public static SettingKey<TimeSpan> BreakerSlow { get; } = DeclareLive(Duration("Granary:Payments:Breaker:Slow", PaymentDefaults.Breaker.Slow,
        AMoment, TimeSpan.FromMinutes(1), "a call to the provider that takes longer counts as failed; its answer is taken in all the same"));

    public static SettingKey<TimeSpan> BreakerWindow { get; } = DeclareLive(Duration("Granary:Payments:Breaker:Window", PaymentDefaults.Breaker.Window,
        TimeSpan.FromMilliseconds(500), TimeSpan.FromHours(1), "the time that calls to the provider are counted over"));

    public static SettingKey<int> BreakerLeastCalls { get; } = DeclareLive(Number("Granary:Payments:Breaker:LeastCalls", PaymentDefaults.Breaker.LeastCalls,
        2, 1_000_000, "with fewer calls of a class in the window, they are sent whatever becomes of them"));

    public static SettingKey<double> BreakerFailureRatio { get; } = DeclareLive(Share("Granary:Payments:Breaker:FailureRatio",
        PaymentDefaults.Breaker.FailureRatio, "the share of failed calls in the window from which on nothing of the class is sent"));

    public static SettingKey<TimeSpan> BreakerOpenFor { get; } = DeclareLive(Duration("Granary:Payments:Breaker:OpenFor", PaymentDefaults.Breaker.OpenFor,
        TimeSpan.FromMilliseconds(500), TimeSpan.FromHours(1), "how long nothing is sent before one call probes the provider"));

    public static SettingKey<double> PaymentTimeScale { get; } = Declare(Share("Granary:Payments:TimeScale", PaymentDefaults.TimeScale,
        "for tests: what the times after which a payment is looked at again, and for which the breaker stays open, are multiplied with"));

    public static SettingKey<Uri?> HttpProviderAddress { get; } = Declare(Url("Granary:Payments:Http:Address", SecretAddress,
        "the provider that speaks [payments-protocol.md](payments-protocol.md), with `Granary:Payments:Provider` `Http`", IsSafeForSecrets));

    public static SettingKey<string?> HttpProviderKey { get; } = Declare(Secret("Granary:Payments:Http:Key", "", VisibleText,
        "the key that calls to it carry", IsVisible));

    public static SettingKey<string?> HttpProviderWebhookSecret { get; } = Declare(Secret("Granary:Payments:Http:WebhookSecret", "", VisibleText,
        "the secret that its events are signed with", IsVisible));

    public static SettingKey<string?> StripeKey { get; } = Declare(Secret("Granary:Payments:Stripe:SecretKey", "", VisibleText,
        "the secret key of the account at Stripe, with `Granary:Payments:Provider` `Stripe`", IsVisible));

    public static SettingKey<string?> StripeWebhookSecret { get; } = Declare(Secret("Granary:Payments:Stripe:WebhookSecret", "", VisibleText,
        "the secret that Stripe signs events with", IsVisible));

    public static SettingKey<Uri?> StripeAddress { get; } = Declare(Url("Granary:Payments:Stripe:Address", SecretAddress,
        "for tests: another address than Stripe's own", IsSafeForSecrets));

    public static SettingKey<int> SiloPort { get; } = Declare(Port("Granary:Silo:Port", 11_111, "any free one", "the port for other silos of the cluster; a silo that is alone has none"));

    public static SettingKey<int> GatewayPort { get; } = Declare(Port("Granary:Silo:GatewayPort", 30_000, "any free one",
        "the port for clients of the cluster and for commands; a silo that is alone has none"));

    public static SettingKey<IPAddress?> SiloAddress { get; } = Declare(Address("Granary:Silo:Address", "",
        "the address that a silo of a cluster publishes, and listens on"));

    public static SettingKey<SiloListening> SiloListenOn { get; } = Declare(Choice("Granary:Silo:ListenOn", SiloListening.Address,
        "the addresses that a silo of a cluster listens on: the one that it publishes, which must then be set, or all of the machine's"));

    public static SettingKey<TlsMode> TlsMode { get; } = Declare(Choice("Granary:Silo:Tls:Mode", Settings.TlsMode.Required,
        "whether the processes of a cluster talk over TLS and verify each other's certificates"));

    public static SettingKey<string?> TlsCertificate { get; } = Declare(OptionalText("Granary:Silo:Tls:Certificate",
        "the PEM file of a process's certificate, and of intermediate ones after it; read again when it changes"));

    public static SettingKey<string?> TlsKey { get; } = Declare(OptionalText("Granary:Silo:Tls:Key",
        "the PEM file of the certificate's private key; read again when it changes"));

    public static SettingKey<string?> TlsAuthority { get; } = Declare(OptionalText("Granary:Silo:Tls:Authority",
        "the PEM file of the authorities that issue certificates for this cluster and nothing else; read again when it changes"));

    public static SettingKey<string> ClusterId { get; } = Declare(Text("Granary:Silo:ClusterId", "granary", "processes with the same id form one cluster"));

    public static SettingKey<TimeSpan> ProbeTimeout { get; } = Declare(Duration("Granary:Silo:ProbeTimeout", TimeSpan.FromSeconds(2), AMoment, AMonth,
        "how often silos probe each other, and how long a response may take"));

    public static SettingKey<int> MissedProbes { get; } = Declare(Number("Granary:Silo:MissedProbes", 3, 1, 1_000,
        "after so many missed probes in a row, a silo votes to declare the other dead"));

    public static SettingKey<TimeSpan> ResponseTimeout { get; } = Declare(Duration("Granary:Silo:ResponseTimeout", TimeSpan.FromSeconds(10), AMoment, AMonth,
        "how long a call to a grain may take; an idempotent call is then repeated once"));

    public static SettingKey<IReadOnlyList<string>> Databases { get; } = Declare(new SettingKey<IReadOnlyList<string>>("Granary:Journal:Databases", [],
        "the one of `ConnectionStrings:Granary`", $"at most {JournalPosition.MostDatabases} PostgreSQL connection strings with vertical bars between them, of which the first may be empty",
        "the databases of the journal as an array: `:1` and so on name further ones; number 0 is that of `ConnectionStrings:Granary` ([databases.md](databases.md))",
        (string text, out IReadOnlyList<string> databases) =>
        {
            databases = text.Split('|', StringSplitOptions.TrimEntries);
            return databases.Count <= JournalPosition.MostDatabases
                && databases.Index().All(database => database.Item.Length > 0
                    ? IsParsed(() => new NpgsqlConnectionStringBuilder(database.Item))
                    : database.Index == 0 && text.Contains('|', StringComparison.Ordinal));
        })
    { IsList = true, IsNumbered = true, IsSecret = true, Separator = '|' });

    public static SettingKey<TimeSpan> RetryFor { get; } = Declare(Duration("Granary:Journal:RetryFor", JournalDefaults.RetryFor, AMoment, AMonth,
        "how long the journal retries a commit of unknown outcome"));

    public static SettingKey<TimeSpan> CommandTimeout { get; } = Declare(Duration("Granary:Journal:CommandTimeout", JournalDefaults.CommandTimeout,
        AMoment, AMonth, "the time limit of one statement"));

    public static SettingKey<TimeSpan> EndTransactionsAfter { get; } = Declare(Duration("Granary:Journal:EndTransactionsAfter",
        JournalDefaults.EndTransactionsAfter, TimeSpan.Zero, AMonth,
        "PostgreSQL: a session whose transaction holds back the streams for this long is ended; 00:00:00 ends none"));

    public static SettingKey<bool> UseReplicas { get; } = DeclareLive(Flag("Granary:Replicas:Use", false,
        "PostgreSQL: whether lists, exports, the feed and the figures are read from a standby that is new enough ([replica-reads.md](replica-reads.md))"));

    public static SettingKey<TimeSpan> MaxStaleness { get; } = DeclareLive(Duration("Granary:Replicas:MaxStaleness", TimeSpan.FromSeconds(5),
        AMoment, TimeSpan.FromMinutes(5), "how old what a standby shows may be where the reader demands no position; otherwise the primary is read"));

    public static SettingKey<string?> Site { get; } = Declare(OptionalText("Granary:Site",
        "the site of this process, where the servers of the database are at several ([sites.md](sites.md)): it takes writes while the primary is there"));

    public static SettingKey<IReadOnlyList<SiteServer>> Sites { get; } = Declare(List("Granary:Sites", "", ',',
        "sites and hosts of the database such as a@db1,b@db2", "the site of every host of `ConnectionStrings:Granary`; the same at all sites",
        (string text, out SiteServer server) =>
        {
            var parts = text.Split('@', StringSplitOptions.TrimEntries);
            server = new SiteServer(parts[0], parts[^1]);
            return parts.Length == 2 && parts.All(part => part.Length > 0);
        }));

    public static SettingKey<bool> Deliver { get; } = Declare(Flag("Granary:Streams:Deliver", StreamDefaults.Deliver,
        "whether the silo delivers events to consumers; off, they stop and catch up later"));

    public static SettingKey<int> Partitions { get; } = Declare(Number("Granary:Streams:Partitions", StreamDefaults.Partitions, 1, StreamSettings.MostPartitions,
        "part of every checkpoint's key: change it only while the cluster is stopped, and rebuild"));

    public static SettingKey<TimeSpan> Pace { get; } = Declare(Duration("Granary:Streams:Pace", StreamDefaults.Pace, AMoment, AMonth,
        "minimum time between two reads of the journal while events arrive; two and a half times that beyond 5,000 events a second"));

    public static SettingKey<TimeSpan> PollPeriod { get; } = Declare(Duration("Granary:Streams:PollPeriod", StreamDefaults.PollPeriod, AMoment, AMonth,
        "time between reads when nothing wakes the feed"));

    public static SettingKey<TimeSpan> NudgePeriod { get; } = Declare(Duration("Granary:Streams:NudgePeriod", StreamDefaults.NudgePeriod, AMoment, AMonth,
        "time between calls to consumers without events"));

    public static SettingKey<int> TailLength { get; } = Declare(Number("Granary:Streams:TailLength", StreamDefaults.TailLength, 1, 1_000_000,
        "events in memory per stream; more if the last two reads of the journal returned more"));

    public static SettingKey<int> BatchLength { get; } = Declare(Number("Granary:Streams:BatchLength", StreamDefaults.BatchLength, 1, 1_000_000,
        "most events in one delivery"));

    public static SettingKey<TimeSpan> MaxDeliveryTime { get; } = Declare(Duration("Granary:Streams:MaxDeliveryTime", StreamDefaults.MaxDeliveryTime, AMoment, AMonth,
        "how long a delivery is retried before its events become dead letters"));

    public static SettingKey<int> MaxAttempts { get; } = Declare(Number("Granary:Streams:MaxAttempts", StreamDefaults.MaxAttempts, 1, 1_000,
        "how often a consumer tries an event that fails alone before it becomes a dead letter"));

    public static SettingKey<TimeSpan> RetryDelay { get; } = Declare(Duration("Granary:Streams:RetryDelay", StreamDefaults.RetryDelay, AMoment, AMonth,
        "the wait before the second attempt at one event; it doubles with every further one"));

    public static SettingKey<bool> WebhooksOverHttp { get; } = Declare(Flag("Granary:Webhooks:AllowHttp", WebhookDefaults.AllowHttp,
        "whether the targets of webhooks may be `http`"));

    public static SettingKey<bool> PrivateWebhookTargets { get; } = Declare(Flag("Granary:Webhooks:AllowPrivateTargets", WebhookDefaults.AllowPrivateTargets,
        "whether the targets of webhooks may be outside the public internet"));

    public static SettingKey<TimeSpan> WebhookTimeout { get; } = Declare(Duration("Granary:Webhooks:Timeout", WebhookDefaults.Timeout,
        AMoment, TimeSpan.FromMinutes(5), "how long an attempt to deliver may take"));

    public static SettingKey<int> WebhookConcurrency { get; } = Declare(Number("Granary:Webhooks:Concurrency", WebhookDefaults.Concurrency, 1, 100,
        "attempts at one webhook at a time"));

    public static SettingKey<TimeSpan> KeepDeliveries { get; } = Declare(Duration("Granary:Webhooks:KeepDeliveries", WebhookDefaults.KeepDeliveries,
        TimeSpan.FromHours(1), TenYears, "how long the log keeps delivered and dead messages"));

    public static SettingKey<TimeSpan> CacheDuration { get; } = DeclareLive(Duration("Granary:Cache:Duration", TimeSpan.FromSeconds(30), AMoment, TimeSpan.FromDays(1),
        "lifetime of a product's copy, ± 10 % so that copies loaded together do not expire together"));

    public static SettingKey<TimeSpan> NegativeCacheDuration { get; } = DeclareLive(Duration("Granary:Cache:NegativeDuration", TimeSpan.FromSeconds(5),
        AMoment, TimeSpan.FromDays(1), "the same for \"no such product\"; at most `Granary:Cache:Duration`"));

    public static SettingKey<int> CacheEntries { get; } = Declare(Number("Granary:Cache:Entries", 100_000, 1, 10_000_000, "copies kept in one process"));

    public static SettingKey<int> ExpectedSkus { get; } = Declare(Number("Granary:Cache:ExpectedSkus", 100_000, 1, 10_000_000,
        "size of the first layer of the filter of known SKUs"));

    public static SettingKey<TimeSpan> CacheRedisTimeout { get; } = DeclareLive(Duration("Granary:Cache:RedisTimeout", TimeSpan.FromMilliseconds(250),
        AMoment, TimeSpan.FromDays(1), "how long a read waits for Redis"));

    public static SettingKey<bool> TakesOrders { get; } = DeclareOfRequest(Flag("Granary:Features:Orders", true,
        "whether new orders are accepted; those that exist go on"));

    public static SettingKey<bool> TakesExternalOrders { get; } = DeclareOfRequest(Flag("Granary:Features:ExternalPayments", true,
        "whether new orders are accepted that an external provider pays, where one is set up; those that exist go on"));

    public static SettingKey<bool> TakesRegistrations { get; } = DeclareLive(Flag("Granary:Features:Registration", true,
        "whether strangers register; administrators and API keys always can register users"));

    public static SettingKey<double> MaxErrorRate { get; } = DeclareLive(Share("Granary:Variants:MaxErrorRate", 0.05,
        "a variant with at least 100 requests in a minute, of which a greater share was answered 5xx, is turned off"));

    public static SettingKey<int> PermitsPerSecond { get; } = DeclareOfRequest(Number("Granary:RateLimit:PermitsPerSecond", 50, 0, 1_000_000_000,
        "requests per caller and second for long; 0 turns the limit off"));

    public static SettingKey<int?> Burst { get; } = DeclareOfRequest(OptionalNumber("Granary:RateLimit:Burst", "twice PermitsPerSecond", 0, 1_000_000_000,
        "requests that a caller who was quiet may send at once"));

    public static SettingKey<int> KeyPermitsPerSecond { get; } = DeclareOfRequest(Number("Granary:RateLimit:KeyPermitsPerSecond", 1_000, 0, 500_000_000,
        "requests per API key and second for long, and twice as many at once; 0, or PermitsPerSecond 0, turns the limit off"));

    public static SettingKey<int> SearchesPerSecond { get; } = DeclareLive(Number("Granary:RateLimit:SearchesPerSecond", 20, 0, 1_000_000,
        "searches of the catalogue for a text that one network may send without a token; 0, or PermitsPerSecond 0, turns the limit off"));

    public static SettingKey<int> RegistrationsPerMinute { get; } = DeclareLive(Number("Granary:RateLimit:RegistrationsPerMinute", 60, 0, 1_000_000,
        "registrations that one network may send, except with an administrator's token; 0, or PermitsPerSecond 0, turns the limit off"));

    public static SettingKey<int> MaxConcurrent { get; } = DeclareLive(Number("Granary:LoadShedding:MaxConcurrent", 512, 0, 1_000_000_000,
        "requests that are worked on at a time; 0 turns shedding off"));

    public static SettingKey<int> MaxQueued { get; } = DeclareLive(Number("Granary:LoadShedding:MaxQueued", 16_000, 0, 1_000_000_000,
        "requests that wait at most, whatever the rate; with 0, a request that finds no free turn is refused"));

    public static SettingKey<TimeSpan> MaxWait { get; } = DeclareLive(Duration("Granary:LoadShedding:MaxWait", TimeSpan.FromSeconds(6), AMoment, TimeSpan.FromHours(1),
        "a request that would wait longer for its turn is answered 503 at once"));

    public static SettingKey<int> MaxConnections { get; } = Declare(Number("Granary:Limits:MaxConnections", 16_000, 1, 1_000_000_000,
        "open connections, including those that follow orders; the server closes further connections at once"));

    public static SettingKey<int?> MaxConnectionsPerNetwork { get; } = Declare(OptionalNumber("Granary:Limits:MaxConnectionsPerNetwork",
        "a quarter of MaxConnections", 0, 1_000_000_000,
        "open connections of one network, an IPv4 address or an IPv6 /64, except of trusted proxies; 0 for any number"));

    public static SettingKey<int> MaxArrivingPerNetwork { get; } = Declare(Number("Granary:Limits:MaxArrivingPerNetwork", 256, 0, 1_000_000,
        "requests of one network whose bodies are still arriving; beyond it the slowest is given up; 0 for any number"));

    public static SettingKey<int> MaxStreamsPerNetwork { get; } = Declare(Number("Granary:Limits:MaxStreamsPerNetwork", 1_000, 0, 1_000_000,
        "open streams of events of one network; 0 for any number"));

    public static SettingKey<int> MaxStreamsPerUser { get; } = Declare(Number("Granary:Limits:MaxStreamsPerUser", 100, 0, 1_000_000,
        "open streams of events of one user; 0 for any number"));

    public static SettingKey<int> MaxStreamsPerOrder { get; } = Declare(Number("Granary:Limits:MaxStreamsPerOrder", 50, 0, 1_000_000,
        "open streams of events of one order; 0 for any number"));

    public static SettingKey<TimeSpan> RequestTimeout { get; } = Declare(Duration("Granary:Limits:RequestTimeout", TimeSpan.FromSeconds(30),
        AMoment, TimeSpan.FromHours(1), "how long a request may take once it has its turn, and how long its body may take to arrive before"));

    public static SettingKey<IReadOnlyList<string>> CorsOrigins { get; } = Declare(List("Granary:Cors:Origins", "", ',',
        "origins such as https://shop.example, separated by commas", "the origins whose scripts may call the API",
        (string text, out string origin) => Uri.TryCreate(origin = text, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == text));

    public static SettingKey<IReadOnlyList<System.Net.IPNetwork>> TrustedProxies { get; } = Declare(List<System.Net.IPNetwork>("Granary:TrustedProxies", "", ',',
        "networks such as 10.0.0.0/8, separated by commas", "the networks of proxies whose `X-Forwarded-For` is believed", System.Net.IPNetwork.TryParse));

    public static SettingKey<int> MetricsPort { get; } = Declare(Port("Granary:Telemetry:MetricsPort", 0, "every port that the process listens on",
        "the only port that answers `/metrics`; the process must listen on it"));

    public static SettingKey<int> HealthPort { get; } = Declare(Port("Granary:Health:Port", 0, "every port that the process listens on",
        "the only port that answers `/health/live` and `/health/ready`; the process must listen on it"));

    public static SettingKey<double> TraceRatio { get; } = DeclareLive(Share("Granary:Telemetry:TraceRatio", DefaultTraceRatio,
        "share of the requests that are traced; without this key and without a collector, tracing is off"));

    public static SettingKey<bool> Dashboard { get; } = Declare(Flag("Granary:Telemetry:Dashboard", true, "`/dashboard`, and the counters it needs on silos"));

    public static SettingKey<Uri?> Collector { get; } = Declare(Url("OTEL_EXPORTER_OTLP_ENDPOINT", "the http or https address of an OpenTelemetry collector",
        "where traces go; the other variables of the OpenTelemetry SDK apply as well", _ => true));

    public static SettingKey<string?> ServiceName { get; } = Declare(OptionalText("OTEL_SERVICE_NAME", "the service name of the traces",
        "granary, granary-silo"));

    public static SettingKey<LogEventLevel> LogLevel { get; } = DeclareLive(Choice("Serilog:MinimumLevel:Default", LogEventLevel.Information,
        "the least severe entries that are logged; `Serilog:MinimumLevel:Override:SOURCE` sets it for one source"));

    public static SettingKey<IReadOnlyList<string>> Urls { get; } = Declare(List(WebHostDefaults.ServerUrlsKey, "http://localhost:5080", ';',
        "addresses to listen on such as http://localhost:5080, separated by semicolons", "where HTTP is answered (`ASPNETCORE_URLS` in the environment)",
        (string text, out string address) =>
        {
            address = text;

            // What is no port would be taken for a part of the host, and so for every address of the machine.
            return IsParsed(() => BindingAddress.Parse(text)) && (BindingAddress.Parse(text) is not { IsUnixPipe: false, Host: var host, Port: var port }
                || (IsHost(host) && port <= IPEndPoint.MaxPort));
        }));

    public static SettingKey<IReadOnlyList<string>> HttpPorts { get; } = Declare(Ports(WebHostDefaults.HttpPortsKey,
        "ports to listen on, on every address, where `urls` is not set"));

    public static SettingKey<IReadOnlyList<string>> HttpsPorts { get; } = Declare(Ports(WebHostDefaults.HttpsPortsKey,
        "the same for https"));

    /// <summary>Declares a key that processes obey while they run: what reads it is <see cref="LiveSettingsSetup.AddLive"/>.</summary>
    private static SettingKey<T> DeclareLive<T>(SettingKey<T> key)
    {
        key.IsLive = true;
        return Declare(key);
    }

    /// <summary>Declares a key that processes obey while they run, and that a variant can set: what reads it asks for the request's variant.</summary>
    private static SettingKey<T> DeclareOfRequest<T>(SettingKey<T> key)
    {
        key.IsOfRequest = true;
        return DeclareLive(key);
    }

    private static SettingKey<T> Declare<T>(SettingKey<T> key)
    {
        Declared.Add(key);
        return key;
    }

    private static bool IsSafeForSecrets(Uri address) => address.Scheme == Uri.UriSchemeHttps || address.IsLoopback;

    private static bool IsVisible(string text) => text.Length is >= 1 and <= 255 && text.All(character => character is > ' ' and < '\x7f');

    private static bool IsHost(string host) => host.StartsWith('[') || !host.Contains(':');

    private static bool IsParsed(Func<object> parse)
    {
        try
        {
            parse();
            return true;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            return false;
        }
    }
}
