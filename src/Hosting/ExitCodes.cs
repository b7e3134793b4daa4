namespace Granary.Hosting;

/// <summary>How the programs and their commands end when something is wrong: the codes of <c>sysexits.h</c>.</summary>
public static class ExitCodes
{
    /// <summary>EX_USAGE: the command line makes no sense.</summary>
    public const int Usage = 64;

    /// <summary>EX_DATAERR: what was to be read is not what it should be.</summary>
    public const int BadData = 65;

    /// <summary>EX_UNAVAILABLE: a database or a server is not there.</summary>
    public const int Unavailable = 69;

    /// <summary>EX_CANTCREAT: a file cannot be written.</summary>
    public const int CannotCreate = 73;

    /// <summary>EX_CONFIG: the configuration cannot be run with.</summary>
    public const int Configuration = 78;
}
