using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Api.Http;
using Granary.Api.Orders;
using Granary.Api.Problems;
using Granary.Api.Traffic;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Granary.Api.Docs;

/// <summary>
/// The OpenAPI 3.1 document at <c>/openapi/v1.json</c>, generated from the endpoints, and the interactive reference at
/// <c>/docs</c>, whose assets are served from here.
/// </summary>
public static class ApiDocument
{
    private const string Bearer = "bearer";
    private const string ApiKey = "api_key";
    private const string ProblemSchema = "Problem";
    private const string EventStream = "text/event-stream";

    /// <summary>Adds the generation of the document.</summary>
    public static void AddApiDocument(this IServiceCollection services)
    {
        services.AddSingleton<PublishedDocument>();
        services.AddOpenApi(PublishedDocument.Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;

            // Every GET is answered to HEAD too. The description of the document states it once instead of repeating each operation.
            options.ShouldInclude = description => description.HttpMethod != HttpMethods.Head;
            options.AddDocumentTransformer(DescribeAsync);
            options.AddOperationTransformer(DescribeOperationAsync);
        });
    }

    /// <summary>Maps the document and the reference.</summary>
    public static void MapApiDocument(this IEndpointRouteBuilder routes)
    {
        routes.MapGet($"/openapi/{PublishedDocument.Name}.json", static (HttpContext http, PublishedDocument document) => document.AnswerAsync(http))
            .AllowAnonymous().CopiesBytes().ExcludeFromDescription();

        // The page offers no services of its vendor and sends the vendor nothing.
        var reference = routes.MapScalarApiReference("/docs", page => page
            .WithTitle("Granary API")
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideClientButton()
            .HideDeveloperTools()).AllowAnonymous().CopiesBytes();
        reference.Add(static endpoint =>
        {
            if (endpoint is RouteEndpointBuilder { RoutePattern.RawText: { } path, RequestDelegate: { } make }
                && Path.HasExtension(path))
            {
                endpoint.RequestDelegate = new KeptAsset(make).AnswerAsync;
            }
        });
    }

    private static async Task DescribeAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "Granary";
        document.Info.Description = "Orders, stock and wallets. Errors are problem details (RFC 9457), documented at /problems. "
            + "HEAD is answered wherever GET is, with the same headers and without a body.";
        document.AddComponent(ProblemSchema, await context.GetOrCreateSchemaAsync(typeof(Problem), null, cancellationToken));
        foreach (var (name, schema) in document.Components!.Schemas!)
        {
            Schemas.Complete(name, schema);
        }

        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations!.Values))
        {
            foreach (var answer in operation.Responses!.Values)
            {
                AddExample(answer, operation.OperationId);
            }
        }

        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = Bearer,
            BearerFormat = "JWT",
            Description = "A token of POST /auth/token.",
        };
        document.Components.SecuritySchemes[ApiKey] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = Bearer,
            BearerFormat = "gk_…",
            Description = "An API key of POST /api-keys, for a machine of the shop.",
        };
    }

    private static Task DescribeOperationAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var callers = Callers.Of([.. metadata]);
        operation.Description = $"Callers: {callers}.";
        var isOpen = metadata.OfType<IAllowAnonymous>().Any();
        if (!isOpen || callers.Scope is not null)
        {
            // One of the requirements is enough, and an empty one needs nothing; the names in one are roles of a token or scopes of a key.
            operation.Security = [];
            foreach (var role in isOpen ? [] : callers.NeedRole ? callers.Roles : [""])
            {
                operation.Security.Add(new OpenApiSecurityRequirement { [new(Bearer, context.Document)] = role.Length == 0 ? [] : [role] });
            }

            if (callers.Scope is { } scope)
            {
                operation.Security.Add(new OpenApiSecurityRequirement { [new(ApiKey, context.Document)] = [scope] });
            }

            if (isOpen)
            {
                operation.Security.Add([]);
            }
        }

        DescribeParameters(operation, metadata.OfType<RequestHeader>(), metadata.OfType<RouteParameter>().ToList());
        foreach (var content in operation.RequestBody?.Content?.Values ?? [])
        {
            content.Example = metadata.OfType<RequestExample>().LastOrDefault() is { } example ? JsonNode.Parse(example.Body) : null;
        }

        operation.Responses ??= [];
        foreach (var content in operation.Responses.Values.SelectMany(answer => answer.Content ?? new Dictionary<string, OpenApiMediaType>()))
        {
            if (content.Key == EventStream)
            {
                // Not the schema of the operation's JSON, which the framework gives to every media type of an answer.
                content.Value.Schema = new OpenApiSchema { Type = JsonSchemaType.String };
            }
        }

        foreach (var header in metadata.OfType<AnswerHeader>())
        {
            DescribeHeader(operation.Responses, header);
        }

        foreach (var problems in metadata.OfType<AnsweredProblems>().SelectMany(answer => answer.Types).Distinct().GroupBy(type => type.Status))
        {
            operation.Responses[problems.Key.ToString(CultureInfo.InvariantCulture)] = ResponseOf(problems, context.Document!);
        }

        return Task.CompletedTask;
    }

    private static void DescribeParameters(
        OpenApiOperation operation, IEnumerable<RequestHeader> headers, IReadOnlyList<RouteParameter> described)
    {
        operation.Parameters ??= [];
        foreach (var parameter in operation.Parameters.OfType<OpenApiParameter>())
        {
            var description = described.LastOrDefault(description => description.Name == parameter.Name);
            parameter.Description = description?.Description ?? parameter.Description;
            parameter.Schema = description?.Choices is { } choices ? Schemas.Of(choices) : parameter.Schema;
        }

        foreach (var header in headers)
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = header.Name,
                In = ParameterLocation.Header,
                Description = header.Description,
                Required = header.IsRequired,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        // The endpoint reads it as text, so that anything else than a number is refused by the API's own validation.
        if (operation.Parameters.FirstOrDefault(parameter => parameter.Name == "limit") is OpenApiParameter limit)
        {
            limit.Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.Integer,
                Minimum = "1",
                Maximum = PageRequest.MostLimit.ToString(CultureInfo.InvariantCulture),
                Default = PageRequest.DefaultLimit,
            };
        }
    }

    private static void DescribeHeader(OpenApiResponses answers, AnswerHeader header)
    {
        foreach (var answer in answers.Where(answer => answer.Key.StartsWith('2')).Select(answer => answer.Value).OfType<OpenApiResponse>())
        {
            if (answer.Content is { Count: > 0 })
            {
                answer.Headers ??= new Dictionary<string, IOpenApiHeader>();
                answer.Headers[header.Name] = new OpenApiHeader
                {
                    Description = header.Description,
                    Required = true,
                    Schema = header.Choices is { } choices ? Schemas.Of(choices) : new OpenApiSchema { Type = JsonSchemaType.String },
                };
            }
        }
    }

    private static void AddExample(IOpenApiResponse answer, string? operation)
    {
        foreach (var (mediaType, content) in answer.Content ?? new Dictionary<string, OpenApiMediaType>())
        {
            content.Example ??= mediaType == EventStream ? AnswerExamples.StreamOf(operation)
                : mediaType == ExportOrders.MediaType ? AnswerExamples.Line.DeepClone()
                : content.Schema is OpenApiSchemaReference { Reference.Id: { } schema } ? AnswerExamples.Of(schema)
                : null;
        }
    }

    private static OpenApiResponse ResponseOf(IEnumerable<ProblemType> problems, OpenApiDocument document) => new()
    {
        Description = string.Join("; or ", problems.Select(type => type.Title)),
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [ProblemResult.MediaType] = new()
            {
                Schema = new OpenApiSchemaReference(ProblemSchema, document),
                Examples = problems.ToDictionary(
                    type => type.Slug, IOpenApiExample (type) => new OpenApiExample { Summary = type.Title, Value = ExampleOf(type) }),
            },
        },
    };

    private static JsonNode? ExampleOf(ProblemType type) =>
        JsonSerializer.SerializeToNode(Problem.Of(type), ApiJson.Options.GetTypeInfo(typeof(Problem)));
}
