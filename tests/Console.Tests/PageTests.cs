using System.Text.RegularExpressions;

namespace Granary.Console.Tests;

public sealed partial class PageTests(ConsoleApp app)
{
    private const int MostBytes = 150 * 1_024;

    public static TheoryData<ConsolePage> Pages => [.. ConsolePage.All];

    [Fact]
    public void Every_route_of_the_console_is_a_page_of_the_tests()
    {
        var routes = RoutePath().Matches(Repository.Read("src/Api/Console/app/routes.js")).Select(match => match.Groups[1].Value);

        Assert.Equal(routes, ConsolePage.All.Select(page => page.Route).OfType<string>());
        Assert.Distinct(ShortcutKey().Matches(Repository.Read("src/Api/Console/app/routes.js")).Select(match => match.Value));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Axe_finds_nothing_in_both_themes_on_a_telephone_and_on_a_wall(ConsolePage page)
    {
        await using var visit = await page.Open(app, ColorScheme.Light);
        await visit.IsSound();
        await visit.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        foreach (var (width, height) in ((int, int)[])[(360, 640), (3_840, 2_160)])
        {
            await Fits(visit, width, height);
            await visit.IsSound();
        }
    }

    /// <summary>Not a test of the product: writes the pictures of docs/console.md when GRANARY_SCREENSHOTS is set.</summary>
    [Theory(Skip = "GRANARY_SCREENSHOTS is not set.", SkipUnless = nameof(IsAskedForPictures))]
    [MemberData(nameof(Pages))]
    public async Task Pictures_of_the_pages(ConsolePage page)
    {
        var folder = Directory.CreateDirectory(Repository.PathOf("docs/images/console"));
        foreach (var theme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await using var visit = await page.Open(app, theme, 1_200, 640);
            var picture = Path.Combine(folder.FullName, $"{page}-{theme.ToString().ToLowerInvariant()}.png");
            await visit.Page.ScreenshotAsync(new PageScreenshotOptions { Path = picture, Animations = ScreenshotAnimations.Disabled });
            Assert.InRange(new FileInfo(picture).Length, 1, MostBytes);
        }

        if (page.Route is null)
        {
            return;
        }

        await using var small = await page.Open(app, ColorScheme.Light, 360, 720);
        await small.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder.FullName, $"{page}-small.png") });
    }

    public static bool IsAskedForPictures => Environment.GetEnvironmentVariable("GRANARY_SCREENSHOTS") is not null;

    private static async Task Fits(Visit visit, int width, int height)
    {
        await visit.Page.SetViewportSizeAsync(width, height);
        await Eventually.HoldsAsync(
            () => visit.Page.EvaluateAsync<bool>("width => innerWidth === width && document.documentElement.scrollWidth <= width", width),
            $"{visit.Page.Url} is not wider than {width}", cancellation: TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@"\{ path: '([^']+)'")]
    private static partial Regex RoutePath();

    [GeneratedRegex(@"key: '.'")]
    private static partial Regex ShortcutKey();
}
