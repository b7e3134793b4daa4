namespace Granary.Api.Http;

/// <summary>HEAD wherever GET is.</summary>
public static class HeadLikeGet
{
    /// <summary>
    /// Has every route that answers GET answer HEAD as well (RFC 9110, section 9.3.2): the route does the same work, and the
    /// server leaves out the body.
    /// </summary>
    public static RouteGroupBuilder AnswersHeadLikeGet(this RouteGroupBuilder routes)
    {
        ((IEndpointConventionBuilder)routes).Finally(static endpoint =>
        {
            if (endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault() is { } methods
                && methods.HttpMethods.Contains(HttpMethods.Get)
                && !methods.HttpMethods.Contains(HttpMethods.Head))
            {
                endpoint.Metadata.Add(new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head], methods.AcceptCorsPreflight));
            }
        });
        return routes;
    }
}
