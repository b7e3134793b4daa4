using Granary.Api.Problems;

namespace Granary.Api.Http;

/// <summary>Collects what is wrong with a request, field by field, so that the caller learns all of it at once.</summary>
public sealed class Validation
{
    // What a request of a hundred lines can have wrong is enough; a hostile one cannot make the answer grow.
    private const int MostErrors = 100;

    private Dictionary<string, List<string>>? _errors;

    /// <summary>Whether anything is wrong.</summary>
    public bool Failed => _errors is not null;

    /// <summary>Notes that a field is wrong.</summary>
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

    /// <summary>Notes that a field is wrong unless the condition holds.</summary>
    public void Require(bool condition, string field, string message)
    {
        if (!condition)
        {
            Add(field, message);
        }
    }

    /// <summary>The answer that tells the caller.</summary>
    public ProblemResult ToProblem() => new(Problem.Of(ProblemTypes.Validation) with
    {
        Errors = _errors!.ToDictionary(error => error.Key, IReadOnlyList<string> (error) => error.Value),
    });

    /// <summary>Checks a text: present, bounded, well-formed Unicode, without control characters.</summary>
    /// <returns>The text; empty where it is missing and wrong.</returns>
    public string Text(string field, string? text, int longest, int shortest = 1)
    {
        if (text is null)
        {
            Add(field, "is required");
            return "";
        }

        Require(text.Length >= shortest, field, shortest == 1 ? "must not be empty" : $"must have at least {shortest} characters");
        Require(shortest == 0 || !string.IsNullOrWhiteSpace(text), field, "must not be blank");
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
        Require(money.Currency is null || money.Currency == currency.Code, prefix + "currency", $"must be {currency.Code}");
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
