import { useParams } from "@tanstack/react-router";
import { Page } from "../../layout/page";
import { ProjectName } from "../../layout/project-name";

export function ProjectOverviewPage() {
  const { projectId } = useParams({ from: "/shell/projects/$projectId" });
  return (
    <Page title="Overview">
      <ProjectName id={projectId} />
    </Page>
  );
}
