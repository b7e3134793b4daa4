using Granary.Grains.Interfaces.BackOffice;
using Granary.Grains.Payments.Providers;
using Orleans.Placement;

namespace Granary.Grains.BackOffice;

/// <summary>Answers on the silo that its caller names as the placement's hint.</summary>
[PreferLocalPlacement]
public sealed class SiloFiguresGrain(LastMinute recent, ProviderGateway provider, ILocalSiloDetails silo) : Grain, ISiloFiguresGrain
{
    /// <inheritdoc/>
    public Task<SiloFigures> Read()
    {
        var (placements, deducted, refused) = recent.Read();
        return Task.FromResult(new SiloFigures(silo.SiloAddress.ToParsableString(), placements, deducted, refused, provider.Breakers));
    }
}
