using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

namespace Granary.Http.Tests;

/// <summary>
/// After a run of the whole assembly, fails it if the document promises an answer that no test has produced. A run of chosen
/// tests is not judged, unless the environment variable <c>JUDGE_PROMISES</c> is set: whether all have run is known from the
/// test methods themselves.
/// </summary>
public sealed class WholeRun : IDisposable
{
    private static readonly ConcurrentDictionary<string, bool> Ran = new();

    /// <summary>Notes that a test method runs.</summary>
    public static void Runs(MethodInfo method) => Ran[NameOf(method)] = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        var methods = TestMethods().ToList();
        var ran = methods.Count(Ran.ContainsKey);
        var open = PromiseLedger.Open;
        if (ran < methods.Count && Environment.GetEnvironmentVariable("JUDGE_PROMISES") is null)
        {
            System.Console.WriteLine($"{ran} of {methods.Count} test methods have run: the promises of the document are not judged.");
        }
        else if (open.Count > 0)
        {
            throw new InvalidOperationException(
                $"The document promises {open.Count} answers that no test has produced. Test them or take the promise back:\n"
                + string.Join("\n", open));
        }
        else
        {
            System.Console.WriteLine($"All {methods.Count} test methods have run and have produced every answer that the document promises.");
        }
    }

    private static IEnumerable<string> TestMethods() =>
        from type in typeof(WholeRun).Assembly.GetTypes()
        where !type.IsAbstract
        from method in type.GetMethods()
        where method.GetCustomAttribute<FactAttribute>() is { Skip: null, Explicit: false }
        select NameOf(method);

    private static string NameOf(MethodInfo method) => $"{method.ReflectedType!.FullName}.{method.Name}";
}

/// <summary>Tells <see cref="WholeRun"/> of every test that runs.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class RecordsTestMethodAttribute : BeforeAfterTestAttribute
{
    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => WholeRun.Runs(methodUnderTest);
}
