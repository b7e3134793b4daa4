using Granary.Api.Auth;
using Granary.Grains.Interfaces.Settings;
using Granary.Hosting.Settings;

namespace Granary.Api.Settings;

/// <summary>The variant of the settings that a request is under, from one consistent set.</summary>
/// <param name="Name">The variant.</param>
/// <param name="Settings">The set that it is of.</param>
public sealed record RequestVariant(string Name, SettingsSnapshot Settings)
{
    /// <summary>The variant of a request; null for none.</summary>
    public static RequestVariant? Of(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<RequestVariant>();
    }
}

/// <summary>Chooses the variants of requests: by the caller, and for an order by the user who pays it.</summary>
public sealed class RequestVariants(LiveSettings settings)
{
    /// <summary>Chooses for every request, after the caller is known and before anything is decided for it.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (settings.Now.Variants.Count > 0)
        {
            Choose(context, Caller.Find(context.User)?.UserId);
        }

        return next(context);
    }

    /// <summary>Chooses by another user than the caller.</summary>
    /// <returns>What holds for the request: the set, and the name of its variant or null.</returns>
    public (SettingsSnapshot Settings, string? Name) Choose(HttpContext context, string? userId)
    {
        ArgumentNullException.ThrowIfNull(context);
        var now = settings.Now;

        // Every caller can send a header; a customer's counts for nothing.
        var name = now.VariantOf(userId, header => Caller.IsStaffOrKey(context.User) && HasHeader(context, header));
        if (name is not null || RequestVariant.Of(context) is not null)
        {
            context.Features.Set(name is null ? null : new RequestVariant(name, now));
        }

        return (now, name);
    }

    private static bool HasHeader(HttpContext context, VariantHeader header) =>
        context.Request.Headers[header.Name] is [{ } value] && value == header.Value;
}
