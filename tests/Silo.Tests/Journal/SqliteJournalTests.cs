using Granary.Journal.Sqlite;
using Granary.Journal;

namespace Granary.Silo.Tests.Journal;

public sealed class SqliteJournalTests : JournalContract
{
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-journal-tests-").FullName;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    protected override IJournalStore Create() => new SqliteJournal(Path.Combine(_directory, "granary.db"), new JournalStoreOptions());

    protected override Task<EmptyDatabase> OpenEmptyAsync() =>
        Task.FromResult(new EmptyDatabase(() => new SqliteJournal(Path.Combine(_directory, "empty.db"), new JournalStoreOptions())));
}
