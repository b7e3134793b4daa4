using System.Text;
using Granary.Api.Http;
using Granary.Hosting.Auth;

namespace Granary.Api.Console;

/// <summary>
/// The files of the console, which are embedded in this assembly. They are read and compressed when they are asked for first, and kept: at start
/// this would take time from every process, also from those that nobody visits.
/// </summary>
public sealed class ConsoleFiles
{
    /// <summary>The address of the files, below that of the console; every other address is a page.</summary>
    public const string Directory = "app/";

    private const string Prefix = "console/";
    private const string Page = "index.html";

    private static readonly Dictionary<string, string> MediaTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".txt"] = "text/plain; charset=utf-8",
    };

    private readonly IReadOnlyDictionary<string, Lazy<KeptForms>> _files;

    /// <param name="auth">Whether users sign in with a password, at an external issuer or not here: the page tells its scripts.</param>
    /// <param name="currency">The currency of the deployment, which the page tells its scripts.</param>
    /// <param name="provider">Who carries out external payments, or <c>none</c>: the page offers them or not.</param>
    public ConsoleFiles(AuthOptions auth, Currency currency, string provider)
    {
        ArgumentNullException.ThrowIfNull(auth);
        ArgumentNullException.ThrowIfNull(currency);
        var signIn = auth.Authority is null ? "password" : auth.ClientId is null ? "none" : "external";
        var page = (Text: "<html ", With: $"<html data-sign-in=\"{signIn}\" data-currency=\"{currency.Code}\" data-payments=\"{provider}\" ");
        _files = typeof(ConsoleFiles).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[Prefix.Length..], name => new Lazy<KeptForms>(() => Read(name, page)), StringComparer.Ordinal);
    }

    /// <summary>The names of the files.</summary>
    public IEnumerable<string> Names => _files.Keys;

    /// <summary>A file, or null.</summary>
    /// <param name="path">A path below <c>/console</c>: of a file, or of a page, which are all the same file.</param>
    public KeptForms? Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return _files.GetValueOrDefault(path.StartsWith(Directory, StringComparison.Ordinal) ? path[Directory.Length..] : Page)?.Value;
    }

    private static KeptForms Read(string name, (string Text, string With) page)
    {
        using var stream = typeof(ConsoleFiles).Assembly.GetManifestResourceStream(name)!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        var bytes = memory.ToArray();
        if (name == Prefix + Page)
        {
            bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace(page.Text, page.With, StringComparison.Ordinal));
        }

        return new KeptForms(bytes, MediaTypes[Path.GetExtension(name)]);
    }
}
