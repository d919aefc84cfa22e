import type { Erasure } from "@mobigen/analytics-contract";
import { Link } from "@tanstack/react-router";
import { useProjectId } from "../../../app/use-project-id";
import { Card } from "../../../ui/card";
import { Fact, Facts } from "../../../ui/facts";
import { Moment } from "../../../ui/moment";
import { Quantity } from "../../../ui/quantity";
import { PartialNote } from "../../../ui/states";

/** What was deleted of a person. */
export function Receipt({ erasure }: { erasure: Erasure }) {
  const projectId = useProjectId();
  const { id, erasedAt, requestedBy, actorHash, archivedDays } = erasure;
  return (
    <Card
      title="Deleted"
      hint="the receipt stays among those of the deleted people"
      className="max-w-2xl"
      actions={
        <Link to="/projects/$projectId/erasures" params={{ projectId }} className="text-xs text-accent hover:underline">
          All receipts
        </Link>
      }
    >
      <div role="status" className="flex flex-col gap-4">
        {archivedDays.length > 0 && <ArchivedNote archivedDays={archivedDays} />}
        <Facts>
          <Fact label="Receipt">{id}</Fact>
          <Fact label="Deleted">
            <Moment at={erasedAt} />
          </Fact>
          <Fact label="By">{requestedBy}</Fact>
          <Fact label="Events">
            <Quantity kind="count" value={erasure.events} />
          </Fact>
          <Fact label="Sessions">
            <Quantity kind="count" value={erasure.sessions} />
          </Fact>
          <Fact label="Sessions that others acted in, too">
            <Quantity kind="count" value={erasure.sharedSessions} />
          </Fact>
          <Fact label="Active days">
            <Quantity kind="count" value={erasure.activeDays} />
          </Fact>
          <Fact label="SHA-256 of the id">
            <code className="text-xs break-all">{actorHash}</code>
          </Fact>
        </Facts>
      </div>
    </Card>
  );
}

function ArchivedNote({ archivedDays }: { archivedDays: Erasure["archivedDays"] }) {
  return (
    <PartialNote>
      These archived files may still hold events of this person; delete or rewrite them by hand:{" "}
      {archivedDays.map(({ location }) => location).join(", ")}
    </PartialNote>
  );
}
