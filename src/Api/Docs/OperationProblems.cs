using System.Collections.Frozen;
using Granary.Api.Problems;
using Type = Granary.Api.Problems.ProblemTypes;

namespace Granary.Api.Docs;

/// <summary>Which problems each operation can answer with, beside those that every one can. The contract test holds it true.</summary>
public static class OperationProblems
{
    private static readonly IReadOnlyList<ProblemType> Everywhere =
        [Type.Validation, Type.TooManyRequests, Type.Internal, Type.Unavailable, Type.Overloaded];

    private static readonly IReadOnlyList<ProblemType> WithToken = [Type.Unauthorized, Type.Forbidden, Type.UserSuspended];

    private static readonly IReadOnlyList<ProblemType> WithBody = [Type.PayloadTooLarge, Type.UnsupportedMediaType];

    private static readonly IReadOnlyList<ProblemType> OfAnAction = [Type.NotFound, Type.IllegalTransition, Type.PreconditionFailed];

    private static readonly FrozenDictionary<string, IReadOnlyList<ProblemType>> Own =
        new Dictionary<string, IReadOnlyList<ProblemType>>
        {
            ["IssueToken"] = [Type.InvalidCredentials, Type.UserSuspended],
            ["RegisterUser"] = [Type.UserNameTaken],
            ["GetUser"] = [Type.NotFound],
            ["DepositMoney"] = [Type.NotFound, Type.IllegalTransition, Type.IdempotencyKeyReused],
            ["SetRoles"] = [Type.NotFound, Type.IllegalTransition],
            ["SuspendUser"] = [Type.NotFound, Type.IllegalTransition],
            ["ReactivateUser"] = [Type.NotFound, Type.IllegalTransition],
            ["CloseUser"] = [Type.NotFound, Type.IllegalTransition],
            ["GetProduct"] = [Type.NotFound],
            ["DefineProduct"] = [Type.IllegalTransition, Type.PreconditionFailed],
            ["GetStock"] = [Type.NotFound],
            ["AdjustStock"] = [Type.NotFound, Type.InsufficientStock, Type.IllegalTransition, Type.IdempotencyKeyReused],
            ["PlaceOrder"] =
            [
                Type.StaleRequest, Type.InsufficientFunds, Type.InsufficientStock, Type.IllegalTransition, Type.PriceMoving, Type.UnknownProduct,
                Type.ProductNotForSale, Type.UnknownUser, Type.IdempotencyKeyReused, Type.IdempotencyInFlight,
            ],
            ["GetOrder"] = [Type.NotFound],
            ["AmendOrder"] =
            [
                .. OfAnAction, Type.PreconditionRequired, Type.InsufficientFunds, Type.InsufficientStock, Type.PriceMoving, Type.UnknownProduct,
                Type.ProductNotForSale,
            ],
            ["CancelOrder"] = OfAnAction,
            ["PayOrder"] = [.. OfAnAction, Type.InsufficientFunds],
            ["PackOrder"] = OfAnAction,
            ["ShipOrder"] = OfAnAction,
            ["ReceiveOrder"] = OfAnAction,
            ["CompleteOrder"] = OfAnAction,
            ["FollowOrder"] = [Type.NotFound],
            ["GetWebhook"] = [Type.NotFound],
            ["ListDeliveries"] = [Type.NotFound],
            ["Redeliver"] = [Type.NotFound, Type.IllegalTransition],
        }.ToFrozenDictionary();

    /// <summary>The problems of an operation, by status.</summary>
    /// <param name="name">The operation's name.</param>
    /// <param name="needsToken">Whether it needs a token.</param>
    /// <param name="hasBody">Whether it reads a body.</param>
    public static ILookup<int, ProblemType> Of(string? name, bool needsToken, bool hasBody) =>
        Everywhere.Concat(needsToken ? WithToken : [])
            .Concat(hasBody ? WithBody : [])
            .Concat(name is null ? [] : Own.GetValueOrDefault(name, []))
            .Distinct()
            .ToLookup(type => type.Status);
}
