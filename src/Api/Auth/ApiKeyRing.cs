using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Granary.Grains.Interfaces;
using Granary.Grains.Interfaces.ApiKeys;
using Microsoft.IdentityModel.Tokens;

namespace Granary.Api.Auth;

/// <summary>
/// The API keys as this front end knows them. A request with a key is verified against a set that was asked for at most
/// <see cref="LongestAge"/> ago, so that a revoked key ends on every front end within two seconds, and a request costs no call of a grain.
/// </summary>
public sealed partial class ApiKeyRing(IGrainFactory grains, TimeProvider time, ILogger<ApiKeyRing> logger) : BackgroundService
{
    /// <summary>From this age on, a request has the set asked for, and does not wait for it.</summary>
    private static readonly TimeSpan RefreshAge = TimeSpan.FromMilliseconds(800);

    /// <summary>From this age on, a request waits for the newest set.</summary>
    private static readonly TimeSpan LongestAge = TimeSpan.FromMilliseconds(1_300);

    /// <summary>How long streams outlast a cluster that does not answer.</summary>
    private static readonly TimeSpan LongestCut = TimeSpan.FromSeconds(15);

    /// <summary>How often uses are told to the cluster when no request has the set asked for.</summary>
    private static readonly TimeSpan TellPeriod = TimeSpan.FromSeconds(10);

    private readonly Lock _turn = new();
    private readonly ConcurrentDictionary<string, long> _untold = new(StringComparer.Ordinal);
    private KnownKeys? _known;
    private Task _refresh = Task.CompletedTask;
    private Task? _next;

    /// <summary>Makes sure that the set is new enough to verify this text. Must precede <see cref="Verify"/>.</summary>
    /// <exception cref="OrleansException">The cluster does not answer, as with <see cref="TimeoutException"/> and <see cref="JournalException"/>.</exception>
    public ValueTask EnsureAsync(string text)
    {
        var known = Volatile.Read(ref _known);
        var age = known is null ? TimeSpan.MaxValue : time.GetElapsedTime(known.AskedAt);
        if (age >= LongestAge || (ApiKeyText.IdOf(text) is { } id && !known!.Keys.ContainsKey(id)))
        {
            // A key that was created a moment ago through another front end is not in the set yet.
            return new ValueTask(RefreshAsync());
        }

        if (age >= RefreshAge)
        {
            _ = RefreshAsync().ContinueWith(
                static (refresh, _) => _ = refresh.Exception, null, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Whether the set was asked for so lately that a stream which was let in may go on although the cluster does not answer now.</summary>
    public bool IsRecent => Volatile.Read(ref _known) is { } known && time.GetElapsedTime(known.AskedAt) < LongestCut;

    /// <summary>Verifies a key, and remembers its use.</summary>
    public TokenValidationResult Verify(string text)
    {
        if (ApiKeyText.IdOf(text) is not { } id || Volatile.Read(ref _known)?.Keys.GetValueOrDefault(id) is not { } key || !key.Matches(text))
        {
            return new TokenValidationResult { Exception = new UnknownApiKeyException() };
        }

        var now = time.GetUtcNow();
        if (now >= key.ExpiresAt)
        {
            return new TokenValidationResult { Exception = new SecurityTokenExpiredException("The API key has expired.") };
        }

        var minute = now.UtcTicks / TimeSpan.TicksPerMinute;
        if (key.UsedMinute != minute)
        {
            key.UsedMinute = minute;
            _untold[id] = minute;
        }

        return key.Valid;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TellPeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TellUsesAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await TellUsesAsync();
        }
    }

    private async Task TellUsesAsync()
    {
        if (_untold.IsEmpty)
        {
            return;
        }

        try
        {
            await RefreshAsync();
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException or JournalException)
        {
            LogNotTold(fault.Message);
        }
    }

    /// <summary>
    /// Asks for the newest set. The call begins after this one: what was acknowledged before is in the answer. Two calls may overlap for a
    /// moment, when one begins as another ends; each set has the time of its own call, so the age that counts is never too low.
    /// </summary>
    private Task RefreshAsync()
    {
        lock (_turn)
        {
            if (_refresh.IsCompleted)
            {
                return _refresh = AskAsync();
            }

            return _next ??= FollowAsync(_refresh);
        }
    }

    private async Task FollowAsync(Task running)
    {
        await Task.WhenAny(running);
        Task mine;
        lock (_turn)
        {
            mine = _refresh = AskAsync();
            _next = null;
        }

        await mine;
    }

    private async Task AskAsync()
    {
        await Task.Yield();
        var askedAt = time.GetTimestamp();
        var known = Volatile.Read(ref _known);
        var uses = _untold.ToArray();
        var set = await grains.GetGrain<IApiKeysGrain>(ApiKeyText.Ring).Refresh(
            known?.Version ?? -1,
            [.. uses.Select(use => new ApiKeyUse(use.Key, new DateTimeOffset(use.Value * TimeSpan.TicksPerMinute, TimeSpan.Zero)))]);
        foreach (var use in uses)
        {
            _untold.TryRemove(use);
        }

        Volatile.Write(ref _known, set is null ? known! with { AskedAt = askedAt } : new KnownKeys(
            set.Version, askedAt, set.Keys.ToFrozenDictionary(key => key.Id, key => new KnownKey(key), StringComparer.Ordinal)));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "When API keys were last used could not be told to the cluster: {Reason}")]
    private partial void LogNotTold(string reason);

    private sealed record KnownKeys(long Version, long AskedAt, FrozenDictionary<string, KnownKey> Keys);

    private sealed class KnownKey(ApiKeyCredential key)
    {
        private readonly byte[] _hash = Convert.FromBase64String(key.Hash);

        public DateTimeOffset? ExpiresAt { get; } = key.ExpiresAt;

        /// <summary>The minute of the last use here. A race only tells it twice.</summary>
        public long UsedMinute { get; set; }

        public TokenValidationResult Valid { get; } = new()
        {
            IsValid = true,
            SecurityToken = new ApiKeyToken(key.Id, key.ExpiresAt),
            ClaimsIdentity = new ClaimsIdentity(
                [new Claim(Caller.UserIdClaim, key.Id), .. key.Scopes.Select(scope => new Claim(Caller.ScopeClaim, scope))],
                Caller.ApiKey, Caller.UserIdClaim, Caller.RoleClaim),
        };

        public bool Matches(string text)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            Span<byte> utf8 = stackalloc byte[text.Length];
            return Encoding.ASCII.GetBytes(text, utf8) == text.Length
                && SHA256.HashData(utf8, hash) == hash.Length
                && CryptographicOperations.FixedTimeEquals(hash, _hash);
        }
    }
}
