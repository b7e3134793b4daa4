namespace Granary.Api.Docs;

/// <summary>Names the words that a text of a body can be; of a list, those that its entries can be.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ChoicesAttribute : Attribute
{
    private readonly IReadOnlyList<string> _words;

    /// <summary>These words.</summary>
    public ChoicesAttribute(params string[] words) => _words = words;

    /// <summary>The words of statuses, or the constants of a class.</summary>
    /// <param name="statuses">Enumerations of the contract, or classes with constants.</param>
    public ChoicesAttribute(params Type[] statuses) => _words = [.. statuses.SelectMany(type => type.IsEnum ? Grains.Interfaces.Words.AllOf(type) : ConstantsOf(type))];

    /// <summary>Words beside those of statuses.</summary>
    public string[] Further { get; set; } = [];

    /// <summary>All words, each once.</summary>
    public IReadOnlyList<string> Words => [.. _words.Concat(Further).Distinct(StringComparer.Ordinal)];

    private static IEnumerable<string> ConstantsOf(Type type) =>
        type.GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);
}
