using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Granary.Grains.Interfaces.Settings;

namespace Granary.Domain.Settings;

/// <summary>Which variant decides. Pure: every process of the cluster, whatever its release, chooses the same one.</summary>
public static class VariantChoice
{
    /// <summary>The first variant that matches.</summary>
    /// <param name="variants">The variants in their order.</param>
    /// <param name="userId">The user, or the API key; null where there is neither, who is in no share of users.</param>
    /// <param name="hasHeader">Whether the request has a header that counts.</param>
    /// <returns>Null where none matches.</returns>
    public static SettingsVariant? Of(IReadOnlyList<SettingsVariant> variants, string? userId, Func<VariantHeader, bool> hasHeader)
    {
        ArgumentNullException.ThrowIfNull(variants);
        ArgumentNullException.ThrowIfNull(hasHeader);
        foreach (var variant in variants)
        {
            if (!variant.IsOff
                && (variant.Header is not { } header || hasHeader(header))
                && (variant.Percent is not { } percent || (userId is not null && IsWithin(variant.Name, userId, percent))))
            {
                return variant;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a user is in a share of all: by a hash that every process computes alike. The name of the variant is part of it, so that
    /// not always the same users are the first. A user who is in a share is in every larger one of the same variant.
    /// </summary>
    private static bool IsWithin(string variant, string userId, decimal percent)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{variant}\n{userId}"), hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash) < (uint.MaxValue + 1m) * percent / 100;
    }
}
