namespace Granary.Hosting;

/// <summary>The program cannot start, and its operator can do something about it. The message is one line for the operator.</summary>
/// <param name="exitCode">The exit code of the process, one of <see cref="ExitCodes"/>.</param>
/// <param name="message">What is wrong, and what to do.</param>
/// <param name="cause">The fault.</param>
public sealed class CannotStartException(int exitCode, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The exit code of the process.</summary>
    public int ExitCode { get; } = exitCode;
}
