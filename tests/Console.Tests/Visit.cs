using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace Granary.Console.Tests;

/// <summary>
/// A browser with one page. It notes what a page must never do: an error of a script, something that the content security policy forbids, a file
/// that cannot be loaded.
/// </summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _faults = [];

    private Visit(IPage page) => Page = page;

    /// <summary>The page.</summary>
    public IPage Page { get; }

    internal static async Task<Visit> Begin(IBrowserContext context)
    {
        var visit = new Visit(await context.NewPageAsync());
        await context.AddInitScriptAsync("addEventListener('securitypolicyviolation', event => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))");
        visit.Page.PageError += (_, error) => visit._faults.Enqueue(error);
        visit.Page.Console += (_, message) =>
        {
            // The browser itself logs every refusal of the API and every lost connection, which pages handle.
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                visit._faults.Enqueue(message.Text);
            }
        };
        visit.Page.Response += (_, answer) =>
        {
            if (answer.Status >= 400 && !answer.Url.Contains("/console/api/", StringComparison.Ordinal) && !answer.Url.EndsWith("/console/session", StringComparison.Ordinal))
            {
                visit._faults.Enqueue($"{answer.Status} {answer.Url}");
            }
        };
        return visit;
    }

    /// <summary>Goes to a page of the console and waits until it shows what it is about.</summary>
    public async Task GoTo(string path)
    {
        await Page.GotoAsync("/console" + path);
        await IsShown();
    }

    /// <summary>Goes to something with the tabulator, as somebody without a mouse does.</summary>
    public async Task TabTo(ILocator target)
    {
        const int Most = 80;
        await Expect(target).ToBeVisibleAsync();
        for (var i = 0; i < Most; i++)
        {
            await Page.Keyboard.PressAsync("Tab");
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                return;
            }
        }

        Assert.Fail($"{target} is not reached within {Most} steps.");
    }

    /// <summary>Waits until the page has its heading and waits for nothing.</summary>
    public async Task IsShown()
    {
        await Expect(Page.Locator("h1")).ToHaveCountAsync(1);
        await Expect(Page.Locator(".waiting")).ToHaveCountAsync(0);
    }

    /// <summary>Reads the list again until it has so many of these rows: lists follow what happens some moments later.</summary>
    public Task Lists(ILocator rows, int count) => Eventually.HoldsAsync(
        async () =>
        {
            await Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Read again", Exact = true }).ClickAsync();
            await IsShown();
            return await rows.CountAsync() == count;
        },
        $"the list has {count} rows", interval: TimeSpan.FromMilliseconds(250), cancellation: TestContext.Current.CancellationToken);

    /// <summary>The person looks at the tab again.</summary>
    public Task LookAt() => Page.EvaluateAsync("() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))");

    /// <summary>Has axe look at the page; it must find nothing, and the page must not have failed.</summary>
    public async Task IsSound()
    {
        // Of what is sound, axe neither looks up the place in the page nor tells it.
        var found = await Page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        Assert.True(found.Violations.Length == 0, string.Join("\n", found.Violations.Select(violation =>
            $"{Page.Url}: {violation.Id}: {violation.Help}: {string.Join("; ", violation.Nodes.Take(3).Select(node => $"{node.Html} {string.Join(" ", node.Any.Select(check => check.Message))}"))}")));
        HasNoFault();
    }

    /// <summary>Whether nothing has failed so far.</summary>
    public void HasNoFault() => Assert.Empty(_faults);

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
