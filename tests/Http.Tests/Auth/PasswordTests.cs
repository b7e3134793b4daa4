using System.Buffers.Binary;
using Granary.Api;
using Granary.Api.Auth;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Auth;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Http.Tests.Auth;

/// <summary>The same letters leave different keyboards in different forms of Unicode: a password is its letters.</summary>
public sealed class PasswordTests
{
    private const string Composed = "gr\u00fc\u00dfe an Zo\u00eb";
    private const string Decomposed = "gru\u0308\u00dfe an Zoe\u0308";

    private readonly Passwords _passwords = new(PasswordHashing.HasherOptions);

    [Theory]
    [InlineData(Composed, Decomposed)]
    [InlineData(Decomposed, Composed)]
    [InlineData(Decomposed, Decomposed)]
    [InlineData("correct horse", "correct horse")]
    [InlineData("\u1112\u1161\u11ab\u1100\u116e\u11a8", "\ud55c\uad6d")]
    public async Task A_password_is_verified_whatever_the_form_of_its_letters(string set, string typed)
    {
        var hash = await _passwords.HashAsync(set, TestContext.Current.CancellationToken);

        Assert.Equal(PasswordVerificationResult.Success, await Verify(hash, typed));
    }

    [Theory]
    [InlineData("grusse an Zoe")]
    [InlineData("gr\u00fc\u00dfe an Zoe")]
    [InlineData("GR\u00dc\u00dfE AN ZO\u00cb")]
    public async Task Other_letters_are_another_password(string typed)
    {
        var hash = await _passwords.HashAsync(Composed, TestContext.Current.CancellationToken);

        Assert.Equal(PasswordVerificationResult.Failed, await Verify(hash, typed));
        Assert.Equal(PasswordVerificationResult.Failed, await Verify(null, typed));
    }

    [Theory]
    [InlineData(Composed, Composed)]
    [InlineData(Composed, Decomposed)]
    [InlineData(Decomposed, Decomposed)]
    [InlineData(Decomposed, Composed)]
    [InlineData("correct horse", "correct horse")]
    public async Task A_hash_that_an_earlier_release_has_made_of_the_letters_as_typed_goes_on_working_until_it_is_replaced(string set, string typed)
    {
        var user = new User { Id = "", UserName = "", Roles = [], Status = UserStatus.None, Wallet = new Wallet(0, 0, 0, 0, 0), Version = 0 };
        var hash = new PasswordHasher<User>().HashPassword(user, set);

        Assert.Equal(PasswordVerificationResult.SuccessRehashNeeded, await Verify(hash, typed));
        Assert.Equal(PasswordVerificationResult.Success, await Verify(await _passwords.HashAsync(typed, TestContext.Current.CancellationToken), typed));
    }

    /// <summary>The applications of the other tests hash with fewer rounds.</summary>
    [Fact]
    public async Task The_product_hashes_with_as_many_rounds_as_OWASP_advises()
    {
        var directory = Directory.CreateTempSubdirectory("granary-password-tests-");
        await using var app = FrontEnd.Build([$"--Granary:DataDirectory={directory.FullName}", "--Granary:Silo:Port=0", "--Granary:Silo:GatewayPort=0"]);
        var options = app.Services.GetRequiredService<PasswordHasherOptions>();
        var hash = Convert.FromBase64String(await app.Services.GetRequiredService<Passwords>().HashAsync("correct horse", TestContext.Current.CancellationToken));

        // Format 3 of the hasher: the function, then the rounds.
        Assert.Equal(210_000, options.IterationCount);
        Assert.Equal(210_000, BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(5)));
        directory.Delete(recursive: true);
    }

    private Task<PasswordVerificationResult> Verify(string? hash, string password) =>
        _passwords.VerifyAsync(hash, password, TestContext.Current.CancellationToken);
}
