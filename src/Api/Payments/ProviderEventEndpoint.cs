using Granary.Api.Docs;
using Granary.Api.Http;
using Granary.Api.Problems;
using Granary.Api.Traffic;
using Granary.Grains.Interfaces.Payments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Granary.Api.Payments;

/// <summary><c>POST /payment-webhooks/{provider}</c>: what the provider sends by itself, signed over the raw bytes.</summary>
public static class ProviderEventEndpoint
{
    private const int NameLength = 32;
    private const int SignatureLength = 2_048;

    /// <summary>Maps it.</summary>
    public static void MapProviderEvents(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/payment-webhooks/{provider}", Receive).WithName("ReceiveProviderEvent").WithTags("Payments").AllowAnonymous()
            .Describes("provider", "The configured provider, such as http or stripe.")
            .TakesBodyOf(BodyLimit.Order)
            .WithSummary("For the payment provider: take in a signed event; 200 only once it is durable")
            .Reads(new RequestHeader("Provider-Signature", "Of the http protocol: t=UNIX,v1=HEX over the raw body. Each provider has its own header."))
            .Answers(ProblemTypes.InvalidSignature, ProblemTypes.NotFound, ProblemTypes.Validation, ProblemTypes.PayloadTooLarge);

    private static async Task<Results<Ok, ProblemResult>> Receive(string provider, HttpContext http, IGrainFactory grains)
    {
        if (provider.Length > NameLength)
        {
            return new ProblemResult(Problem.Of(ProblemTypes.NotFound));
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var signatures = http.Request.Headers
            .Where(header => header.Key.EndsWith("-signature", StringComparison.OrdinalIgnoreCase) && header.Value is [{ Length: <= SignatureLength }])
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal);
        return await grains.GetGrain<IPaymentDesk>(0).Receive(provider, signatures, body.ToArray()) switch
        {
            EventReceipt.Taken => TypedResults.Ok(),
            EventReceipt.BadSignature => new ProblemResult(Problem.Of(ProblemTypes.InvalidSignature)),
            EventReceipt.Unreadable => InvalidBody(),
            _ => new ProblemResult(Problem.Of(ProblemTypes.NotFound)),
        };
    }

    private static ProblemResult InvalidBody()
    {
        var validation = new Validation();
        validation.Add("body", "is signed, but is not an event of this provider");
        return validation.ToProblem();
    }
}
