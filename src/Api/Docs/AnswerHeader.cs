namespace Granary.Api.Docs;

/// <summary>A header that every success of a route with a body of JSON or of lines has, as the document names it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it says.</param>
/// <param name="Choices">The words that it may have; null for any text.</param>
public sealed record AnswerHeader(string Name, string Description, IReadOnlyList<string>? Choices = null);
