using Granary.Domain.Settings;
using Granary.Grains.Interfaces;

namespace Granary.Grains.Settings;

/// <summary>Which settings there are and what they take. The layer that reads the configuration implements it.</summary>
public interface ISettingRules
{
    /// <inheritdoc cref="Domain.Settings.SettingCheck"/>
    Refusal? Check(ProposedSettings proposed);
}
