import type { ActorRef } from "@mobigen/analytics-contract";
import { Link } from "@tanstack/react-router";
import { useProjectId } from "../../app/use-project-id";

/** Who acted, with the way to all that is known of them. */
export function ActorLink({ actor }: { actor: ActorRef | null }) {
  const projectId = useProjectId();
  if (actor === null) return <span className="text-muted">nobody named</span>;
  return (
    <Link
      to="/projects/$projectId/people/$actorId"
      params={{ projectId, actorId: actor.id }}
      title={actor.kind === "user" ? actor.id : `${actor.id} (an install without a user)`}
      className="inline-block max-w-52 min-w-0 truncate sm:max-w-72 align-bottom hover:text-accent hover:underline"
    >
      {actor.id}
    </Link>
  );
}
