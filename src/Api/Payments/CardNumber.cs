namespace Granary.Api.Payments;

/// <summary>
/// Tells card numbers from tokens. One that is sent as a token would be stored, and would bring the product into the scope of PCI DSS.
/// </summary>
internal static class CardNumber
{
    private const int Shortest = 12;
    private const int Longest = 19;

    /// <summary>Whether the text is a card number: as many digits as cards have, apart from spaces and hyphens, with the right check digit.</summary>
    public static bool IsOne(string text)
    {
        var (digits, sum) = (0, 0);
        foreach (var character in text.Reverse().Where(character => character is not (' ' or '-')))
        {
            if (!char.IsAsciiDigit(character))
            {
                return false;
            }

            // Luhn: every second digit from the right counts twice, and its digits are added.
            var value = (character - '0') * (digits % 2 + 1);
            sum += value > 9 ? value - 9 : value;
            digits++;
        }

        return digits is >= Shortest and <= Longest && sum % 10 == 0;
    }
}
