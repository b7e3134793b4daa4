using Granary.Api.Traffic;

namespace Granary.Api.Orders;

/// <summary>
/// Bounds the exports that are under way in this process, each of which reads pages as fast as its caller takes them: four, and two of one
/// user or API key, so that no caller can keep the others out.
/// </summary>
public sealed class ExportPlaces() : SharedPlaces(mostForKey: 2, most: 4);
