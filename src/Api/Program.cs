using Granary;

var builder = WebApplication.CreateBuilder(args);
builder.AddFrontEnd();

var app = builder.Build();
app.UseFrontEnd();
await app.RunAsync();
