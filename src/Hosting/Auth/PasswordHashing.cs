using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Granary.Hosting.Auth;

/// <summary>How passwords are made and hashed: PBKDF2-HMAC-SHA-512, in the format of ASP.NET Core Identity.</summary>
public static class PasswordHashing
{
    /// <summary>The rounds, as OWASP's Password Storage Cheat Sheet advises: about 100 ms of a core.</summary>
    public const int Rounds = 210_000;

    // Letters and digits that are not easily confused.
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int GeneratedLength = 24;

    /// <summary>A random password, which a person can read off a terminal.</summary>
    public static string Generate() => RandomNumberGenerator.GetString(Alphabet, GeneratedLength);

    /// <summary>How the hasher works.</summary>
    public static PasswordHasherOptions HasherOptions => new() { IterationCount = Rounds };

    /// <summary>The hasher.</summary>
    /// <typeparam name="TUser">What the hasher's interface calls a user; the format does not use it.</typeparam>
    public static PasswordHasher<TUser> Create<TUser>(PasswordHasherOptions options)
        where TUser : class => new(Options.Create(options));
}
