namespace Granary.Journal;

/// <summary>
/// A grain that decides or writes by what it has read of the journal. Its activation ends when the database has a new
/// <see cref="IJournal.Timeline"/>, and the next one reads again.
/// </summary>
public interface IRemembersTimeline;
