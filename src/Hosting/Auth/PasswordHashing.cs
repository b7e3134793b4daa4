using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Granary.Hosting.Auth;

/// <summary>How passwords are hashed: PBKDF2-HMAC-SHA-512, in the format of ASP.NET Core Identity.</summary>
public static class PasswordHashing
{
    /// <summary>The rounds, as OWASP's Password Storage Cheat Sheet advises: about 100 ms of a core.</summary>
    public const int Rounds = 210_000;

    /// <summary>The hasher.</summary>
    /// <typeparam name="TUser">What the hasher's interface calls a user; the format does not use it.</typeparam>
    public static PasswordHasher<TUser> Create<TUser>()
        where TUser : class => new(Options.Create(new PasswordHasherOptions { IterationCount = Rounds }));
}
