import { useParams } from "@tanstack/react-router";

/** The project of the page's path. Only for pages below /projects/$projectId. */
export function useProjectId(): string {
  const { projectId } = useParams({ strict: false });
  if (projectId === undefined) throw new Error("this page belongs to no project");
  return projectId;
}
