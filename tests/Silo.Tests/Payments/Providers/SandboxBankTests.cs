using Granary.Grains.Interfaces.Orders;
using Granary.Grains.Interfaces.Payments;
using Granary.Grains.Payments.Providers;
using Granary.Silo.Tests.Saga;
using Granary.Silo.Tests.Streams;
using Granary.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Silo.Tests.Payments.Providers;

/// <summary>The payer of <c>tok_3ds</c> at the sandbox, who agrees or refuses on a page.</summary>
public sealed class SandboxBankTests(SandboxBankTests.SandboxSilo silo) : IClassFixture<SandboxBankTests.SandboxSilo>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, PaymentStatus.Captured)]
    [InlineData(false, PaymentStatus.Declined)]
    public async Task The_choice_on_the_page_concludes_the_payment_and_the_first_one_stands(bool agrees, PaymentStatus status)
    {
        var (id, required) = await silo.PayAsync("tok_3ds");
        Assert.Equal((PaymentStatus.RequiresAction, SandboxPage.PathOf(id)), (required.Status, required.NextAction));
        var shown = await silo.Bank(id).Show();
        Assert.Equal((100L, "USD", null), (shown!.Amount, shown.Currency, shown.Agreed));

        await silo.Bank(id).Choose(agrees);

        // The payment asks as soon as the bank says that something has happened.
        await Eventually.HoldsAsync(
            async () => (await silo.Payment(id).Get(null)).Payment!.Status == status, $"the payment is {status}", cancellation: Cancellation);
        Assert.Equal(agrees, (await silo.Bank(id).Choose(!agrees))!.Agreed);
        Assert.Equal(status, (await silo.Payment(id).Get(null)).Payment!.Status);
    }

    [Fact]
    public async Task There_is_no_page_of_a_payment_that_does_not_exist() =>
        Assert.Null(await silo.Bank(PaymentId.From("o", "k")).Choose(true));

    [Fact]
    public async Task An_order_is_paid_with_tok_ok()
    {
        var (_, payment) = await silo.PayAsync("tok_ok");

        Assert.Equal((PaymentStatus.Captured, 100L, "sandbox"), (payment.Status, payment.Captured, payment.Provider));
    }

    /// <summary>A silo with the sandbox.</summary>
    public sealed class SandboxSilo : SagaSilo
    {
        public IPaymentGrain Payment(string id) => Services.GetRequiredService<IGrainFactory>().GetGrain<IPaymentGrain>(id);

        public ISandboxBank Bank(string id) => Services.GetRequiredService<IGrainFactory>().GetGrain<ISandboxBank>(id);

        /// <summary>Pays a new order of 100.</summary>
        public async Task<(string Id, Payment Payment)> PayAsync(string token)
        {
            var user = await NewUserAsync(0);
            var sku = await NewProductAsync("lamp", 50, 2);
            var placed = await Order(NewOrderId()).Place(new PlaceOrder
            {
                UserId = user, By = user, Lines = [new RequestedLine(sku, 2)], PaymentMethod = PaymentMethod.External,
            });
            var id = PaymentId.From(placed.Order!.Id, "key");
            var reply = await Payment(id).Pay(new PayExternally(placed.Order.Id, user, token, CaptureMode.Automatic, user));
            Assert.Null(reply.Refusal);
            return (id, reply.Payment!);
        }

        /// <inheritdoc/>
        protected override void Compose(IServiceCollection services)
        {
            services.AddSingleton<Recorder>();
            services.AddPaymentProvider(new PaymentOptions { Provider = ProviderKind.Sandbox });
        }
    }
}
