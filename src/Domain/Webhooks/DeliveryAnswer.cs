namespace Granary.Domain.Webhooks;

/// <summary>What an answer means (Standard Webhooks 1.0.0, "Interpreting the response").</summary>
public enum DeliveryAnswer
{
    /// <summary>The receiver has taken the message: 2xx.</summary>
    Taken,

    /// <summary>The receiver wants no more messages, ever: 410.</summary>
    Gone,

    /// <summary>Anything else, a redirect and no answer among it: the message is sent again.</summary>
    NotTaken,
}

/// <summary>Reads answers.</summary>
public static class DeliveryAnswers
{
    /// <summary>What an HTTP status means; null where there was no answer.</summary>
    public static DeliveryAnswer Of(int? statusCode) => statusCode switch
    {
        >= 200 and <= 299 => DeliveryAnswer.Taken,
        410 => DeliveryAnswer.Gone,
        _ => DeliveryAnswer.NotTaken,
    };

    /// <summary>Whether a receiver that answers with this status may say when to send again (RFC 9110, section 10.2.3; RFC 6585, section 4).</summary>
    public static bool MayAskToWait(int statusCode) => statusCode is 429 or 503;
}
