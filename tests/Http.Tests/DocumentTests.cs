using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Granary.Api.Problems;
using Granary.Domain.Webhooks;
using Granary.Grains.Interfaces.ApiKeys;
using Granary.Grains.Interfaces.Users;
using Granary.Hosting.Settings;
using Granary.Http.Tests.Auth;

namespace Granary.Http.Tests;

public sealed class DocumentTests(GranaryApp app)
{
    [Fact]
    public async Task Every_operation_documents_its_callers_its_refusals_and_an_example_body()
    {
        var document = await Document();

        Assert.StartsWith("3.1.", document.Text("openapi"), StringComparison.Ordinal);
        Assert.All(Operations(document), operation =>
        {
            var responses = operation.At("responses").EnumerateObject().ToDictionary(response => response.Name, response => response.Value);
            Assert.Contains(responses.Keys, status => status.StartsWith('2'));
            Assert.False(string.IsNullOrEmpty(operation.Text("summary")));
            Assert.Equal(
                operation.TryGetProperty("security", out _),
                responses.TryGetValue("401", out var refused) && refused.ToString().Contains("/problems/unauthorized", StringComparison.Ordinal));
            Assert.All(["429", "500", "503"], status =>
                Assert.Equal("#/components/schemas/Problem", responses[status].Text("content", "application/problem+json", "schema", "$ref")));
            Assert.Equal(
                operation.TryGetProperty("requestBody", out var body),
                responses.ContainsKey("413") && responses.ContainsKey("415"));
            if (body.ValueKind == JsonValueKind.Object)
            {
                Assert.Equal(JsonValueKind.Object, body.At("content", "application/json", "example").ValueKind);
            }
        });
    }

    [Theory]
    [InlineData("/orders", "post", "Idempotency-Key", false)]
    [InlineData("/products/{sku}/stock-adjustments", "post", "Idempotency-Key", false)]
    [InlineData("/users/{id}/deposits", "post", "Idempotency-Key", false)]
    [InlineData("/users/{id}/withdrawals", "post", "Idempotency-Key", false)]
    [InlineData("/orders/{id}", "put", "If-Match", true)]
    [InlineData("/orders/{id}", "delete", "If-Match", false)]
    [InlineData("/orders/{id}", "get", "If-None-Match", false)]
    [InlineData("/orders/{id}/pay", "post", "If-None-Match", false)]
    [InlineData("/products/{sku}", "get", "If-Match", false)]
    [InlineData("/products/{sku}", "put", "If-Match", false)]
    [InlineData("/products/{sku}", "put", "If-None-Match", false)]
    public async Task Headers_that_an_operation_reads_are_named(string path, string method, string header, bool required)
    {
        var document = await Document();

        var parameter = Assert.Single(ParametersOf(document, path, method), parameter => parameter.Text("name") == header);
        Assert.Equal("header", parameter.Text("in"));
        Assert.Equal(required, parameter.TryGetProperty("required", out var said) && said.GetBoolean());
    }

    [Fact]
    public async Task Every_parameter_is_described()
    {
        var parameters = Operations(await Document())
            .Where(operation => operation.TryGetProperty("parameters", out _))
            .SelectMany(operation => operation.At("parameters").EnumerateArray().Select(parameter => (operation, parameter)));

        Assert.All(parameters, named => Assert.True(
            named.parameter.TryGetProperty("description", out var text) && text.GetString() is { Length: > 0 },
            $"{named.operation.Text("operationId")}: {named.parameter.Text("name")}"));
    }

    [Fact]
    public async Task Every_status_and_role_names_the_words_to_choose_from()
    {
        var document = await Document();
        var members = document.At("components", "schemas").EnumerateObject()
            .Where(schema => schema.Value.TryGetProperty("properties", out _))
            .SelectMany(schema => schema.Value.At("properties").EnumerateObject().Select(member => (Name: $"{schema.Name}.{member.Name}", member.Value)));
        var parameters = Operations(document)
            .Where(operation => operation.TryGetProperty("parameters", out _))
            .SelectMany(operation => operation.At("parameters").EnumerateArray().Select(
                parameter => (Name: $"{operation.Text("operationId")}.{parameter.Text("name")}", Value: parameter.At("schema"))));

        var chosen = members.Concat(parameters).Where(member => IsChosen(member.Name) && member.Value.ToString().Contains("string", StringComparison.Ordinal)).ToList();

        Assert.True(chosen.Count >= 11);
        Assert.All(chosen, member => Assert.True(WordsOf(member.Value).Count > 0, member.Name));
        Assert.Equal(
            ["pending", "paid", "packing", "shipped", "received", "completed", "cancelled", "expired"],
            WordsOf(document.At("components", "schemas", "OrderBody", "properties", "status")));
        Assert.Equal(Roles.All, WordsOf(document.At("components", "schemas", "UserBody", "properties", "roles")));

        static bool IsChosen(string name) => name.Split('.')[1] is "status" or "current_status" or "roles" or "role" or "token_type";

        static IReadOnlyList<string?> WordsOf(JsonElement schema) =>
            schema.TryGetProperty("items", out var items) ? WordsOf(items)
            : schema.TryGetProperty("enum", out var words) ? words.Texts()
            : [];
    }

    [Fact]
    public async Task A_body_names_what_it_must_have()
    {
        var schemas = (await Document()).At("components", "schemas");

        Assert.Equal(["items"], Required("PlaceOrderRequest"));
        Assert.Equal(["quantity", "sku"], Required("ItemRequest"));
        Assert.Equal(["name", "price"], Required("DefineProductRequest"));
        Assert.Equal(["amount", "currency"], Required("MoneyRequest"));
        Assert.Equal(["user_name"], Required("RegisterUserRequest"));
        Assert.Contains("version", Required("OrderBody"));
        Assert.Equal("string", schemas.At("ItemRequest", "properties", "sku").Text("type"));

        IEnumerable<string?> Required(string schema) => schemas.At(schema, "required").Texts().Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_request_without_what_it_must_have_is_refused_and_names_it()
    {
        var document = await Document();
        using var staff = app.CreateClient(app.AdminToken);

        // A registration needs a password, too, unless a machine asks for it.
        using var machine = app.CreateClient(await app.ApiKey(Scopes.UsersWrite));
        foreach (var operation in (await Operation.AllOf(app)).Where(operation => operation.Body is not null))
        {
            var schema = document.At("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject())
                .Single(method => method.Value.Text("operationId") == operation.Name).Value
                .At("requestBody", "content", "application/json", "schema");
            if (schema.TryGetProperty("$ref", out var name)
                && document.At("components", "schemas", name.GetString()!.Split('/')[^1]).TryGetProperty("required", out var required))
            {
                using var answer = await operation.Send(operation.Name == "RegisterUser" ? machine : staff, "{}");

                var problem = await answer.ExpectProblem(400, "validation");
                Assert.Equal(
                    required.Texts().Order(StringComparer.Ordinal),
                    problem.At("errors").EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal));
            }
        }
    }

    [Fact]
    public async Task Every_success_with_a_body_has_an_example_that_fits_its_schema()
    {
        var document = await Document();
        var contract = await app.Contract();
        foreach (var path in document.At("paths").EnumerateObject())
        {
            foreach (var method in path.Value.EnumerateObject())
            {
                foreach (var (status, content) in SuccessesOf(method.Value))
                {
                    var example = content.Value.At("example");
                    Assert.Null(contract.Violation(
                        new HttpMethod(method.Name.ToUpperInvariant()), path.Name.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal),
                        status, content.Name, content.Name is "text/event-stream" or "application/x-ndjson" ? null : example.GetRawText()));
                }
            }
        }

        static IEnumerable<(int Status, JsonProperty Content)> SuccessesOf(JsonElement operation) =>
            from response in operation.At("responses").EnumerateObject()
            where response.Name.StartsWith('2') && response.Value.TryGetProperty("content", out _)
            from content in response.Value.At("content").EnumerateObject()
            select (int.Parse(response.Name, CultureInfo.InvariantCulture), content);
    }

    [Fact]
    public async Task Every_operation_names_its_callers_and_the_roles_that_the_table_of_permissions_has()
    {
        var document = await Document();
        foreach (var path in document.At("paths").EnumerateObject())
        {
            foreach (var method in path.Value.EnumerateObject())
            {
                var name = $"{method.Name.ToUpperInvariant()} {path.Name.TrimEnd('/')}";
                var row = AuthorizationMatrix.Rows.Single(row => row.Endpoint == name);
                var described = method.Value.Text("description")!;
                Assert.True(
                    (row.Open, row.Owner == Access.Role, row.Operator == Access.Yes, row.Admin == Access.Yes, row.Scope)
                    == (!method.Value.TryGetProperty("security", out var security) || security.EnumerateArray().Any(requirement => !requirement.EnumerateObject().Any()),
                        NamesOf(security, "bearer").Count > 0,
                        IsOf(described, Roles.Operator), IsOf(described, Roles.Admin), NamesOf(security, "api_key").SingleOrDefault()),
                    $"{name}: {described} {security}");
            }
        }

        // Any user, and anyone, includes users with a role.
        static bool IsOf(string callers, string role) => callers.Contains("any", StringComparison.Ordinal) || callers.Contains($"role {role}", StringComparison.Ordinal);

        static List<string?> NamesOf(JsonElement security, string scheme) => security.ValueKind == JsonValueKind.Undefined ? [] :
            [.. security.EnumerateArray().SelectMany(requirement => requirement.EnumerateObject()).Where(named => named.Name == scheme).SelectMany(named => named.Value.Texts())];
    }

    [Fact]
    public void A_refusal_that_a_setting_can_lift_names_a_setting_that_there_is()
    {
        var texts = ProblemTypes.All.SelectMany(type => new[] { type.Meaning, type.Remedy })
            .Append(WebhookTarget.Problem("http://shop.example", allowHttp: false)!);

        var named = texts.SelectMany(text => Regex.Matches(text, "Granary(:[A-Za-z]+)+")).Select(match => match.Value).Distinct().ToList();

        Assert.Contains("Granary:Webhooks:AllowHttp", named);
        Assert.Contains("Granary:RateLimit:PermitsPerSecond", named);
        Assert.Contains("Granary:LoadShedding:MaxConcurrent", named);
        Assert.All(named, name => Assert.Contains(name, SettingKeys.All.Select(key => key.Name)));
    }

    [Fact]
    public async Task The_length_of_a_page_is_a_number_with_bounds()
    {
        var document = await Document();

        var limit = Assert.Single(ParametersOf(document, "/orders", "get"), parameter => parameter.Text("name") == "limit").At("schema");
        Assert.Equal(("integer", 1, 100), (limit.Text("type"), limit.At("minimum").GetInt32(), limit.At("maximum").GetInt32()));
    }

    [Fact]
    public async Task The_example_of_an_order_can_be_sent_unchanged()
    {
        var document = await Document();
        var shop = app.OpenShop();
        var (sku, customer) = (await shop.Product(), await shop.Customer());
        var example = document.At("paths", "/orders", "post", "requestBody", "content", "application/json", "example").ToString();

        using var answer = await customer.Http.PostJson("/orders", example.Replace("CUP-STONEWARE", sku, StringComparison.Ordinal));

        await answer.Expect(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_reference_is_a_page_that_loads_nothing_from_elsewhere()
    {
        using var client = app.CreateClient();

        var page = await client.GetStringAsync(new Uri("/docs/", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Contains("scalar", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hideClientButton", "true")]
    [InlineData("showDeveloperTools", "\"never\"")]
    [InlineData("telemetry", "false")]
    [InlineData("agent", """{"disabled":true}""")]
    [InlineData("mcp", """{"disabled":true}""")]
    public async Task The_reference_offers_nothing_of_its_vendor(string setting, string value)
    {
        using var client = app.CreateClient();

        var page = await client.GetStringAsync(new Uri("/docs/", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Contains($"\"{setting}\":{value}", page.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_take_the_parameters_that_the_document_has_and_no_other()
    {
        var lists = (await Document()).At("paths").EnumerateObject()
            .Where(path => path.Value.TryGetProperty("get", out var get) && ParametersIn(get).Contains("limit"))
            .Select(path => (Path: path.Name.Replace("{id}", "wh_" + new string('0', 32), StringComparison.Ordinal), Known: ParametersIn(path.Value.At("get"))))
            .ToList();
        using var staff = app.CreateClient(app.AdminToken);
        Assert.True(lists.Count >= 5, $"{lists.Count} lists");
        foreach (var (path, known) in lists)
        {
            foreach (var name in known)
            {
                using var right = await staff.SendJson(HttpMethod.Get, $"{path}?{name}=");
                Assert.DoesNotContain("is no parameter", await right.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

                using var wrong = await staff.SendJson(HttpMethod.Get, $"{path}?limit=1&{name}s=");
                var problem = await wrong.ExpectProblem(400, "validation");
                Assert.Equal([name + "s"], problem.At("errors").EnumerateObject().Select(error => error.Name));
            }
        }
    }

    [Fact]
    public void An_answer_that_the_document_does_not_promise_is_found()
    {
        var contract = new Contract("""
            { "paths": { "/things/{id}": { "get": { "operationId": "GetThing", "responses": {
              "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } },
              "404": { "content": { "application/problem+json": { "schema": { "type": "object" }, "examples": { "not-found": {} } } } } } } } },
              "components": { "schemas": { "Thing": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } } } } }
            """);

        string? Get(string path, int status, string body) => contract.Violation(HttpMethod.Get, path, status, "application/json", body);
        Assert.Null(Get("/things/1", 200, """{ "id": "1" }"""));
        Assert.NotNull(Get("/things/1", 200, """{ "id": 1 }"""));
        Assert.NotNull(Get("/things/1", 200, "{}"));
        Assert.NotNull(Get("/things/1", 418, """{ "id": "1" }"""));
        Assert.NotNull(Get("/others/1", 200, """{ "id": "1" }"""));
        Assert.NotNull(contract.Violation(HttpMethod.Get, "/things/1", 200, "text/plain", "1"));
        Assert.NotNull(contract.Violation(HttpMethod.Post, "/things/1", 200, "application/json", """{ "id": "1" }"""));

        string? Problem(int status, string slug) => contract.Violation(
            HttpMethod.Get, "/things/1", status, "application/problem+json", $$"""{ "type": "/problems/{{slug}}" }""");
        Assert.Null(Problem(404, "not-found"));
        Assert.NotNull(Problem(404, "unknown-product"));
        Assert.NotNull(Problem(409, "not-found"));
    }

    [Fact]
    public void A_promise_that_no_answer_has_kept_is_found()
    {
        var contract = new Contract("""
            { "paths": { "/things": { "post": { "operationId": "AddThing", "responses": { "201": {}, "409": { "content": {
              "application/problem+json": { "schema": {}, "examples": { "taken": {}, "full": {} } } } } } } } }, "components": { "schemas": {} } }
            """);

        var kept = contract.Kept(HttpMethod.Post, "/things", 409, "application/problem+json", """{ "type": "/problems/taken" }""");

        Assert.Equal([new("AddThing", 201, ""), new("AddThing", 409, "full")], contract.Promises.Except([kept!.Value]));
    }

    [Fact]
    public void Answers_are_checked_against_documents_on_concurrent_threads()
    {
        var paths = Enumerable.Range(0, 500).Select(number => $$"""
            "/things/{{number}}": { "get": { "responses": { "200": { "content": { "application/json": { "schema": {
              "title": "{{number}}", "$ref": "#/components/schemas/Thing" } } } } } } }
            """);
        var contract = new Contract($$"""
            { "paths": { {{string.Join(",", paths)}} }, "components": { "schemas": { "Thing": { "type": "object", "required": ["id"] } } } }
            """);

        Parallel.For(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 8 }, number =>
        {
            Assert.Null(contract.Violation(HttpMethod.Get, $"/things/{number}", 200, "application/json", """{ "id": "1" }"""));
            Assert.NotNull(contract.Violation(HttpMethod.Get, $"/things/{number}", 200, "application/json", "{}"));
        });
    }

    private static List<string> ParametersIn(JsonElement operation) => operation.TryGetProperty("parameters", out var parameters)
        ? [.. parameters.EnumerateArray().Where(parameter => parameter.Text("in") == "query").Select(parameter => parameter.Text("name")!)]
        : [];

    private static JsonElement.ArrayEnumerator ParametersOf(JsonElement document, string path, string method) =>
        document.At("paths", path, method, "parameters").EnumerateArray();

    private static IEnumerable<JsonElement> Operations(JsonElement document) =>
        document.At("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(method => method.Value);

    private async Task<JsonElement> Document()
    {
        using var client = app.CreateClient();
        using var answer = await client.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        return await answer.Expect(HttpStatusCode.OK);
    }
}
