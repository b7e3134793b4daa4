using Granary.Api;
using Granary.Commands;

return await CommandLine.RunAsync(args, FrontEnd.RunAsync);
