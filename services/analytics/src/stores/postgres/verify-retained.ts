// What can still be recounted once raw rows are in files: for each project, what counts from some moment on. All that was archived of
// it counts before `counted_to` and was received before `received_to`.

const partsOf = (kind: string): string => `archive join archive_part using (archive_key)
  where archive.kind = '${kind}' and archive.state = 'archived'`;

const eventHorizon = `(
  select project.project_key, parts.counted_to, parts.received_to
  from (
    select project_id, max(counted_to) as counted_to, max(received_to) as received_to from ${partsOf("app_event")} group by 1
  ) as parts join project on project.id = parts.project_id
)`;

const usageHorizon = `(
  select project_id, max(counted_to) as counted_to from ${partsOf("usage_record")} group by 1
)`;

/** A join to `horizon`, of something with a project_key: null where nothing of the project is archived. */
export const withEventHorizon = `left join ${eventHorizon} as horizon using (project_key)`;

/** The same of something with a project_id, '' for none. */
export const withUsageHorizon = `left join ${usageHorizon} as horizon using (project_id)`;

/** True of what has all its rows in the database; `instant` is when the first of them counts. */
export function isRetained(instant: string): string {
  return `${instant} >= coalesce(horizon.counted_to, '-infinity')`;
}
