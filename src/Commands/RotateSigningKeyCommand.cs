using Granary.Hosting.Auth;
using Granary.Hosting.Settings;
using Granary.Hosting.Stores;

namespace Granary.Commands;

/// <summary>
/// The command <c>rotate-signing-key</c>: adds a new signing key, which every front end takes up within minutes. With
/// <c>--revoke-previous</c> it takes away all others, after a leak: everybody has to log in again.
/// </summary>
public static class RotateSigningKeyCommand
{
    /// <summary>The command's name, the first argument.</summary>
    public const string Name = "rotate-signing-key";

    private const string RevokeFlag = "--revoke-previous";

    /// <summary>Runs it.</summary>
    /// <param name="arguments">What follows the name.</param>
    /// <param name="configuration">Names the store of the keys, as for the product.</param>
    /// <param name="output">Where the outcome is told.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="InvalidConfigurationException">The configuration cannot be run with.</exception>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, IConfiguration configuration, TextWriter output)
    {
        if (arguments.Any(argument => argument != RevokeFlag))
        {
            await output.WriteLineAsync($"Usage: {Name} [{RevokeFlag}]");
            return 2;
        }

        try
        {
            await using var stores = StoreReader.Open(configuration);
            await stores.Get<SigningKeyRing>().RotateAsync(arguments.Contains(RevokeFlag), default);
            await output.WriteLineAsync("The signing key was rotated; the front ends take the new one up within two minutes.");
            return 0;
        }
        catch (NotSupportedException configured)
        {
            await output.WriteLineAsync(configured.Message);
            return 1;
        }
    }
}
