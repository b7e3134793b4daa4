-- The schema and queries that Orleans' AdoNet grain storage needs, with a real primary key and one statement per operation.
create table if not exists orleansquery (querykey text primary key, querytext text not null);

create table if not exists grain_state (
    type_hash integer not null,
    id_hash integer not null,
    n0 bigint not null,
    n1 bigint not null,
    extension text not null,
    type text not null,
    service text not null,
    payload bytea,
    version integer not null,
    modified_at timestamptz not null,
    primary key (id_hash, type_hash, n0, n1, extension, type, service)
) with (fillfactor = 50);

insert into orleansquery (querykey, querytext) values
('ReadFromStorageKey', '
    select payload as "PayloadBinary", version as "Version" from grain_state
     where id_hash = @GrainIdHash and type_hash = @GrainTypeHash and n0 = @GrainIdN0 and n1 = @GrainIdN1
       and extension = coalesce(@GrainIdExtensionString, '''') and type = @GrainTypeString and service = @ServiceId'),
('WriteToStorageKey', '
    with changed as (
        update grain_state set payload = @PayloadBinary, version = version + 1, modified_at = now()
         where id_hash = @GrainIdHash and type_hash = @GrainTypeHash and n0 = @GrainIdN0 and n1 = @GrainIdN1
           and extension = coalesce(@GrainIdExtensionString, '''') and type = @GrainTypeString and service = @ServiceId
           and version = @GrainStateVersion
        returning version),
    created as (
        insert into grain_state (id_hash, type_hash, n0, n1, extension, type, service, payload, version, modified_at)
        select @GrainIdHash, @GrainTypeHash, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''''),
               @GrainTypeString, @ServiceId, @PayloadBinary, 1, now()
         where @GrainStateVersion is null
        on conflict do nothing
        returning version)
    select coalesce((select version from changed), (select version from created), @GrainStateVersion)
        as "NewGrainStateVersion"'),
('ClearStorageKey', '
    update grain_state set payload = null, version = version + 1, modified_at = now()
     where id_hash = @GrainIdHash and type_hash = @GrainTypeHash and n0 = @GrainIdN0 and n1 = @GrainIdN1
       and extension = coalesce(@GrainIdExtensionString, '''') and type = @GrainTypeString and service = @ServiceId
       and version = @GrainStateVersion
    returning version as "NewGrainStateVersion"'),
('DeleteStorageKey', '
    delete from grain_state
     where id_hash = @GrainIdHash and type_hash = @GrainTypeHash and n0 = @GrainIdN0 and n1 = @GrainIdN1
       and extension = coalesce(@GrainIdExtensionString, '''') and type = @GrainTypeString and service = @ServiceId
       and version = @GrainStateVersion
    returning version + 1 as "NewGrainStateVersion"')
on conflict do nothing;
