using System.Globalization;
using System.Net;
using System.Text;

namespace Granary.Load.Reporting;

/// <summary>One line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Colour">A CSS colour.</param>
/// <param name="Points">Its points, x ascending.</param>
public sealed record ChartLine(string Name, string Colour, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A line chart as inline SVG, without scripts and without further files.</summary>
/// <param name="Title">Heading.</param>
/// <param name="XLabel">Label of the x axis.</param>
/// <param name="YLabel">Label of the y axis.</param>
/// <param name="Lines">The lines.</param>
/// <param name="XTicks">Positions and labels along x, or null for five evenly spaced ones.</param>
public sealed record SvgChart(
    string Title, string XLabel, string YLabel, IReadOnlyList<ChartLine> Lines, IReadOnlyList<(double X, string Label)>? XTicks = null)
{
    private const double Width = 640, Height = 260, Left = 70, Right = 16, Top = 34, Bottom = 42;
    private const int Ticks = 4;
    private static readonly double[] RoundMarks = [1, 2, 5, 10];

    public string Render()
    {
        var points = Lines.SelectMany(line => line.Points).ToArray();
        var (minX, maxX) = points.Length == 0 ? (0, 1) : (points.Min(point => point.X), points.Max(point => point.X));
        maxX = maxX > minX ? maxX : minX + 1;
        var maxY = NiceCeiling(points.Length == 0 ? 1 : points.Max(point => point.Y));
        double X(double x) => Left + ((x - minX) / (maxX - minX) * (Width - Left - Right));
        double Y(double y) => Height - Bottom - (y / maxY * (Height - Top - Bottom));

        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg viewBox='0 0 {Width} {Height}' role='img' aria-label='{WebUtility.HtmlEncode(Title)}'>"));
        svg.Append(Invariant($"<text class='title' x='{Left}' y='18'>{WebUtility.HtmlEncode(Title)}</text>"));
        AppendGrid(svg, maxY, Y);
        foreach (var (x, label) in XTicks ?? EvenTicks(minX, maxX))
        {
            svg.Append(Invariant($"<text class='tick' text-anchor='middle' x='{X(x):0.#}' y='{Height - Bottom + 16}'>{label}</text>"));
        }

        svg.Append(Invariant($"<text class='tick' text-anchor='end' x='{Width - Right}' y='{Height - 8}'>{WebUtility.HtmlEncode(XLabel)}</text>"));
        AppendLines(svg, X, Y);
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Rounds up to 1, 2 or 5 times a power of ten, so that the axis has round marks.</summary>
    public static double NiceCeiling(double value)
    {
        if (!(value > 0))
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return RoundMarks.Select(mark => mark * power).First(mark => mark >= value * 0.999_999);
    }

    private void AppendGrid(StringBuilder svg, double maxY, Func<double, double> y)
    {
        for (var i = 0; i <= Ticks; i++)
        {
            var value = maxY * i / Ticks;
            svg.Append(Invariant($"<line class='grid' x1='{Left}' x2='{Width - Right}' y1='{y(value):0.#}' y2='{y(value):0.#}'/>"));
            svg.Append(Invariant($"<text class='tick' text-anchor='end' x='{Left - 6}' y='{y(value) + 4:0.#}'>{value:#,0.###}</text>"));
        }

        svg.Append(Invariant($"<text class='tick' x='4' y='{Top - 4}'>{WebUtility.HtmlEncode(YLabel)}</text>"));
    }

    private void AppendLines(StringBuilder svg, Func<double, double> x, Func<double, double> y)
    {
        var legend = Width - Right;
        foreach (var line in Lines.Reverse())
        {
            var path = string.Join(' ', line.Points.Select(point => Invariant($"{x(point.X):0.#},{y(point.Y):0.#}")));
            svg.Append(Invariant($"<polyline fill='none' stroke='{line.Colour}' stroke-width='2' points='{path}'/>"));
            svg.Append(Invariant($"<text class='legend' text-anchor='end' fill='{line.Colour}' x='{legend}' y='18'>{WebUtility.HtmlEncode(line.Name)}</text>"));
            legend -= (line.Name.Length * 7) + 16;
        }
    }

    private static IReadOnlyList<(double X, string Label)> EvenTicks(double min, double max) =>
        [.. Enumerable.Range(0, Ticks + 1).Select(i => min + ((max - min) * i / Ticks)).Select(x => (x, Invariant($"{x:0.#}")))];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
