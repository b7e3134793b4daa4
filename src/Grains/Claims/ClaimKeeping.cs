using Granary.Journal;
using Granary.Orders;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Granary.Claims;

/// <summary>What a grain that keeps claims works with.</summary>
public sealed record ClaimKeeping(
    IJournal Journal,
    SnapshotStore Snapshots,
    SiloLosses Losses,
    RecentPlacements Placements,
    CheckBackTurns Turns,
    LocalAttempts Attempts,
    TimeProvider Clock,
    IOptions<OrderOptions> Options,
    ILogger<ClaimKeeping> Logger);
