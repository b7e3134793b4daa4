using System.Net;
using System.Net.Http.Headers;

namespace Granary.Programs.Tests;

/// <summary>Access to a product over HTTP alone, as its users have it.</summary>
internal static class Access
{
    private const string Password = "a password for every customer";

    /// <summary>A client that follows no redirects and keeps no cookies.</summary>
    public static HttpClient Client(Uri address, string? token = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromMinutes(1),
        };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    /// <summary>Logs in; the first administrator may not be registered yet.</summary>
    /// <returns>The token.</returns>
    public static async Task<string> TokenAsync(this HttpClient client, string userName, string password)
    {
        string? token = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await client.PostJson("/auth/token", new { user_name = userName, password });
                token = answer.IsSuccessStatusCode ? (await answer.Body()).Text("access_token") : null;
                return token is not null;
            },
            $"{userName} can log in",
            cancellation: TestContext.Current.CancellationToken);
        return token!;
    }

    /// <summary>A shop whose customers register and log in.</summary>
    public static Shop Shop(Uri address, string adminToken)
    {
        var staff = Client(address, adminToken);
        return new(staff, async () =>
        {
            var name = Testing.Shop.Unique("customer");
            using var registered = await staff.PostJson("/users", new { user_name = name, password = Password });
            var id = (await registered.Expect(HttpStatusCode.Created)).Text("id")!;
            return new Customer(Client(address, await staff.TokenAsync(name, Password)), id);
        });
    }
}
