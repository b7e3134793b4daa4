using Granary.Grains.EventSourcing;
using Granary.Grains.Orders;
using Granary.Journal;
using Microsoft.Extensions.Options;

namespace Granary.Grains.Claims;

/// <summary>The services of a grain that keeps claims.</summary>
public sealed record ClaimKeeping(
    IJournal Journal,
    SnapshotStore Snapshots,
    SiloLosses Losses,
    RecentPlacements Placements,
    CheckBackTurns Turns,
    TimeProvider Clock,
    IOptions<OrderOptions> Options,
    ILogger<ClaimKeeping> Logger);
