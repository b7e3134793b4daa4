namespace Granary.Hosting;

/// <summary>Exit codes of the programs and their commands for failures, from <c>sysexits.h</c>.</summary>
public static class ExitCodes
{
    /// <summary>EX_USAGE: the command line is invalid.</summary>
    public const int Usage = 64;

    /// <summary>EX_DATAERR: the input data is invalid.</summary>
    public const int BadData = 65;

    /// <summary>EX_UNAVAILABLE: a database or a server is unavailable.</summary>
    public const int Unavailable = 69;

    /// <summary>EX_SOFTWARE: the program met a fault that it does not know; the log has it.</summary>
    public const int Fault = 70;

    /// <summary>EX_CANTCREAT: a file cannot be written.</summary>
    public const int CannotCreate = 73;

    /// <summary>EX_CONFIG: the configuration is invalid.</summary>
    public const int Configuration = 78;
}
