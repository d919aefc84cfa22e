import { useQuery } from "@tanstack/react-query";
import { projectQuery } from "../api/projects";

/** A project's name; its id until that is known, and where it has none. */
export function ProjectName({ id }: { id: string }) {
  const { data } = useQuery(projectQuery(id));
  return <span title={id}>{data?.name ?? id}</span>;
}
