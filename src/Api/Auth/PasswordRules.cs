using System.Collections.Frozen;
using Granary.Api.Http;
using Granary.Grains.Interfaces;

namespace Granary.Api.Auth;

/// <summary>Which passwords a user may choose: not too short, and none that is tried first (NIST SP 800-63B, section 5.1.1.2).</summary>
public static class PasswordRules
{
    // The most frequent ones of the lists that leaks have made public, as far as they are long enough to be chosen.
    private static readonly FrozenSet<string> Common = FrozenSet.ToFrozenSet(
        [
            "password", "password1", "password12", "password123", "password1234", "passw0rd", "p@ssw0rd", "p@ssword", "passwort", "motdepasse",
            "12345678", "123456789", "1234567890", "12345678910", "87654321", "0987654321", "11111111", "00000000", "12341234", "123123123",
            "11223344", "88888888", "1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx", "qwertyui", "qwertyuiop", "qwerty123", "qwerty12", "qwerty1234",
            "qwertz123", "asdfghjkl", "asdfasdf", "zxcvbnm123", "abcd1234", "abc12345", "abcdefgh", "a1234567", "a1b2c3d4", "aa123456",
            "iloveyou", "iloveyou1", "sunshine", "princess", "football", "baseball", "superman", "trustno1", "letmein1", "letmeinnow",
            "welcome1", "welcome123", "administrator", "admin123", "admin1234", "administrateur", "changeme", "changeme1", "default1",
            "computer", "internet", "starwars", "whatever", "dragon123", "monkey123", "michelle", "jennifer", "samantha", "charlie1",
            "liverpool", "chocolate", "pokemon1", "secret123", "test1234", "testtest", "master123", "mustang1", "access14", "freedom1",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a new password; what is wrong with it goes to the validation.</summary>
    public static string NewPassword(string field, string? text, string userName, Validation validation)
    {
        var password = validation.Text(field, text, Limits.LongestPassword, Limits.ShortestPassword);
        validation.Require(!Common.Contains(password), field, "is one of the most frequent passwords, which are tried first");
        validation.Require(
            userName.Length == 0 || !string.Equals(password, userName, StringComparison.OrdinalIgnoreCase), field, "must not be the user name");
        return password;
    }
}
