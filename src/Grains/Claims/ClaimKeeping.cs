using Granary.Grains.EventSourcing;
using Granary.Grains.Interfaces.Settings;
using Granary.Grains.Orders;
using Granary.Journal;

namespace Granary.Grains.Claims;

/// <summary>The services of a grain that keeps claims.</summary>
public sealed record ClaimKeeping(
    IJournal Journal,
    SnapshotStore Snapshots,
    SiloLosses Losses,
    RecentPlacements Placements,
    CheckBackTurns Turns,
    KeeperRevival Revival,
    TimeProvider Clock,
    ICurrent<OrderOptions> Options,
    ILogger<ClaimKeeping> Logger);
