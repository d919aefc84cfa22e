-- How many of the stored events were erased since, with their actor: received = stored + duplicates + rejected stays as it was
-- counted, and stored - erased is what there is. A constant default: no row is rewritten.
alter table ingestion_ledger add column erased bigint not null default 0;
