using Granary.PaymentProvider;

await ProviderApp.Create(args).RunAsync();
