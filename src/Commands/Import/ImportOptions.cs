namespace Granary.Commands.Import;

/// <summary>What the import command is asked to do.</summary>
internal sealed record ImportOptions
{
    /// <summary>Where the product answers.</summary>
    public required Uri Url { get; init; }

    /// <summary>Whether to add what the stock lacks for all orders.</summary>
    public required bool Restock { get; init; }

    /// <summary>The administrator to log in as.</summary>
    public required string User { get; init; }

    /// <summary>Their password.</summary>
    public required string Password { get; init; }

    /// <summary>The directory of the CSV files.</summary>
    public required string Data { get; init; }

    /// <summary>Orders in flight at once.</summary>
    public required int Parallel { get; init; }
}
