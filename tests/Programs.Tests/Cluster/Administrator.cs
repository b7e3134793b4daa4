using Granary.Client;

namespace Granary.Programs.Tests.Cluster;

/// <summary>The first administrator of a product that has just started.</summary>
internal static class Administrator
{
    /// <summary>Logs in as soon as possible.</summary>
    public static async Task<GranaryClient> LoginAsync(HttpClient http)
    {
        var admin = new GranaryClient(http);
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await admin.LoginAsync("admin", Deployment.AdminPassword);
                    return true;
                }
                catch (GranaryProblemException)
                {
                    // The first administrator is still being registered.
                    return false;
                }
            },
            "the administrator can log in");
        return admin;
    }
}
