using System.Text;
using System.Text.Json;
using Granary.Domain.Payments;
using Granary.Grains.Payments.Providers;

namespace Granary.Silo.Tests.Payments;

/// <summary>What goes wrong with one call.</summary>
public enum CallFault
{
    None,

    /// <summary>The operation is carried out, and the answer is lost.</summary>
    CommitThenHang,

    /// <summary>The call is lost.</summary>
    Nothing,

    /// <summary>The operation is carried out, and the answer never comes as long as the silo lives.</summary>
    CommitThenSilence,
}

/// <summary>
/// A provider in the process with a ledger of its own, which carries an operation out once for each key, and whose calls a test lets fail.
/// Tokens are <c>tok_ok</c>, <c>tok_declined</c> and <c>tok_3ds</c>. A body of an event is JSON and is signed with its length.
/// </summary>
public sealed class LedgerProvider : IPaymentProvider
{
    public const string Signature = "signature";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProviderAnswer> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Charge> _charges = new(StringComparer.Ordinal);

    /// <summary>Decides the fault of each call.</summary>
    public Func<ProviderCall, CallFault> Faults { get; set; } = _ => CallFault.None;

    /// <summary>Runs before an operation is carried out.</summary>
    public Func<ProviderCall, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Whether questions are answered.</summary>
    public bool Answers { get; set; } = true;

    /// <inheritdoc/>
    public string Name => "ledger";

    /// <summary>What the provider has of a payment; null if it never heard of it.</summary>
    public Charge? Find(string payment)
    {
        lock (_lock)
        {
            return _charges.GetValueOrDefault(payment);
        }
    }

    /// <inheritdoc/>
    public async Task<ProviderAnswer> CallAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        await Before(call);
        var fault = Faults(call);
        if (fault == CallFault.Nothing)
        {
            return new ProviderAnswer.NoAnswer("timeout");
        }

        var answer = Execute(call);
        if (fault == CallFault.CommitThenSilence)
        {
            await new TaskCompletionSource().Task;
        }

        return fault == CallFault.CommitThenHang ? new ProviderAnswer.NoAnswer("timeout") : answer;
    }

    /// <inheritdoc/>
    public Task<ProviderAnswer> AskAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(
                !Answers ? new ProviderAnswer.NoAnswer("timeout")
                : _answers.GetValueOrDefault(call.Key) ?? new ProviderAnswer.NotKnown());
        }
    }

    /// <inheritdoc/>
    public EventReading Read(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        if (headers.GetValueOrDefault(Signature) != $"{body.Length}")
        {
            return new EventReading.BadSignature();
        }

        using var json = JsonDocument.Parse(body);
        var (payment, id) = (json.RootElement.GetProperty("payment").GetString()!, json.RootElement.GetProperty("id").GetString()!);
        return new EventReading.Said(payment, new ProviderEvent(id, Enum.Parse<ProviderEventType>(json.RootElement.GetProperty("type").GetString()!)));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ProviderOperation> ListAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>The payer acts at the bank.</summary>
    public void Act(string payment, bool agrees)
    {
        lock (_lock)
        {
            var charge = _charges[payment];
            charge.Authorized = agrees ? charge.Amount : 0;
            _answers[PaymentOperation.KeyFor(payment, OperationKind.Authorize, 1)] = agrees
                ? new ProviderAnswer.Authorized("ref", charge.Amount)
                : new ProviderAnswer.Declined("refused");
        }
    }

    /// <summary>The bank drops what is set aside.</summary>
    public void Expire(string payment)
    {
        lock (_lock)
        {
            _charges[payment].Authorized = 0;
            _answers[PaymentOperation.KeyFor(payment, OperationKind.Authorize, 1)] = new ProviderAnswer.Expired();
        }
    }

    /// <summary>A signed event.</summary>
    public static (Dictionary<string, string> Headers, byte[] Body) EventOf(string payment, string id, ProviderEventType type)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"payment":"{{payment}}","id":"{{id}}","type":"{{type}}"}""");
        return (new Dictionary<string, string> { [Signature] = $"{body.Length}" }, body);
    }

    private ProviderAnswer Execute(ProviderCall call)
    {
        lock (_lock)
        {
            if (_answers.TryGetValue(call.Key, out var earlier))
            {
                return earlier;
            }

            if (!_charges.TryGetValue(call.Payment, out var charge))
            {
                _charges.Add(call.Payment, charge = new Charge());
            }

            charge.Operations++;
            var amount = call.Operation.Amount;
            ProviderAnswer answer = call.Operation.Kind switch
            {
                OperationKind.Authorize when call.Token == "tok_declined" => new ProviderAnswer.Declined("card_declined"),
                OperationKind.Authorize when call.Token == "tok_3ds" => new ProviderAnswer.ActionRequired("ref", "https://bank.example/"),
                OperationKind.Authorize => new ProviderAnswer.Authorized("ref", amount),
                OperationKind.Capture => new ProviderAnswer.Captured(amount),
                OperationKind.Void => new ProviderAnswer.Voided(),
                OperationKind.Refund => new ProviderAnswer.Refunded(amount),
                var other => throw new InvalidOperationException($"{other}"),
            };
            charge.Amount = call.Operation.Kind == OperationKind.Authorize ? amount : charge.Amount;
            charge.Authorized = answer switch
            {
                ProviderAnswer.Authorized => amount,
                ProviderAnswer.Captured or ProviderAnswer.Voided => 0,
                _ => charge.Authorized,
            };
            charge.Captured += answer is ProviderAnswer.Captured ? amount : 0;
            charge.Refunded += answer is ProviderAnswer.Refunded ? amount : 0;
            return _answers[call.Key] = answer;
        }
    }

    public sealed class Charge
    {
        public long Amount { get; set; }
        public long Authorized { get; set; }
        public long Captured { get; set; }
        public long Refunded { get; set; }
        public int Operations { get; set; }
    }
}
