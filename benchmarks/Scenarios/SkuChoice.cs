namespace Granary.Load;

/// <summary>Chooses the product of a visit; returns an index below the number of products.</summary>
public delegate int SkuChoice(Random random, int products);

/// <summary>The distributions of demand over products that the scenarios use.</summary>
public static class SkuChoices
{
    /// <summary>All products are equally popular.</summary>
    public static SkuChoice Uniform { get; } = (random, products) => random.Next(products);

    /// <summary>All visits choose the first product.</summary>
    public static SkuChoice OneHot { get; } = (_, _) => 0;

    /// <summary>
    /// The product at rank k is chosen in proportion to 1/k^<paramref name="exponent"/> (Zipf's law), by a table of cumulative
    /// shares and binary search.
    /// </summary>
    public static SkuChoice Zipf(double exponent)
    {
        double[] table = [];
        return (random, products) =>
        {
            var shares = table;
            if (shares.Length != products)
            {
                // Two clients may build the same table at the same time; either one is correct.
                shares = CumulatedShares(exponent, products);
                table = shares;
            }

            var index = Array.BinarySearch(shares, random.NextDouble());
            return Math.Min(index < 0 ? ~index : index, products - 1);
        };
    }

    private static double[] CumulatedShares(double exponent, int products)
    {
        var shares = new double[products];
        var sum = 0.0;
        for (var i = 0; i < products; i++)
        {
            sum += Math.Pow(i + 1, -exponent);
            shares[i] = sum;
        }

        for (var i = 0; i < products; i++)
        {
            shares[i] /= sum;
        }

        return shares;
    }
}
