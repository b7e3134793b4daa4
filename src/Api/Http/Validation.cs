using Granary.Api.Problems;

namespace Granary.Api.Http;

/// <summary>Collects all errors of a request, field by field, so that the caller gets them at once.</summary>
public sealed class Validation
{
    // Enough for a request of a hundred lines; a hostile request cannot make the response grow without bound.
    private const int MostErrors = 100;

    private Dictionary<string, List<string>>? _errors;

    /// <summary>Whether there are errors.</summary>
    public bool Failed => _errors is not null;

    /// <summary>Adds an error for a field.</summary>
    public void Add(string field, string message)
    {
        _errors ??= [];
        if (_errors.TryGetValue(field, out var messages))
        {
            messages.Add(message);
        }
        else if (_errors.Count < MostErrors)
        {
            _errors[field] = [message];
        }
    }

    /// <summary>Adds an error for a field unless the condition holds.</summary>
    public void Require(bool condition, string field, string message)
    {
        if (!condition)
        {
            Add(field, message);
        }
    }

    /// <summary>The response with the errors.</summary>
    public ProblemResult ToProblem() => new(Problem.Of(ProblemTypes.Validation) with
    {
        Errors = _errors!.ToDictionary(error => error.Key, IReadOnlyList<string> (error) => error.Value),
    });

    /// <summary>Checks a text: present, bounded, well-formed Unicode, without control characters.</summary>
    /// <returns>The text; empty if it is missing and an error was added.</returns>
    public string Text(string field, string? text, int longest, int shortest = 1)
    {
        if (text is null)
        {
            Add(field, "is required");
            return "";
        }

        if (text.Length < shortest)
        {
            Add(field, shortest == 1 ? "must not be empty" : $"must have at least {shortest} characters");
        }
        else
        {
            Require(shortest == 0 || !string.IsNullOrWhiteSpace(text), field, "must not be blank");
        }

        return CheckCharacters(field, text, longest, multiline: false);
    }

    /// <summary>Checks a text that may be absent or empty.</summary>
    public string? OptionalText(string field, string? text, int longest, bool multiline = false) =>
        text is null ? null : CheckCharacters(field, text, longest, multiline);

    /// <summary>Checks an amount in the deployment's currency.</summary>
    /// <returns>Minor units.</returns>
    public long Amount(string field, MoneyRequest? money, Currency currency, long least, long most)
    {
        var prefix = field.Length == 0 ? "" : field + ".";
        if (money is null)
        {
            Add(field, "is required");
            return 0;
        }

        Require(money.Currency is not null, prefix + "currency", "is required");
        Require(money.Currency is null || money.Currency == currency.Code, prefix + "currency", $"must be {currency.Code}, the currency of Granary:Currency");
        return Number(prefix + "amount", money.Amount, least, most);
    }

    /// <summary>Checks a whole number within bounds.</summary>
    public long Number(string field, long? number, long least, long most)
    {
        if (number is null)
        {
            Add(field, "is required");
            return 0;
        }

        Require(number >= least && number <= most, field, $"must be from {least} to {most}");
        return number.Value;
    }

    private string CheckCharacters(string field, string text, int longest, bool multiline)
    {
        if (text.Length > longest)
        {
            Add(field, $"must have at most {longest} characters");
        }
        else if (!IsWellFormed(text, multiline))
        {
            Add(field, "must not contain control characters or unpaired surrogates");
        }

        return text;
    }

    private static bool IsWellFormed(string text, bool multiline)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsControl(c) && !(multiline && (c is '\n' or '\r' or '\t')))
            {
                return false;
            }

            if (!char.IsSurrogate(c))
            {
                continue;
            }

            if (i + 1 == text.Length || !char.IsSurrogatePair(c, text[i + 1]))
            {
                return false;
            }

            i++;
        }

        return true;
    }
}
