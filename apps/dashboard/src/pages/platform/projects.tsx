import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { projectListQuery } from "../../api/projects";
import { Page } from "../../layout/page";
import { Card } from "../../ui/card";
import { DataTable } from "../../ui/data-table";
import { Loaded } from "../../ui/loaded";
import { Moment } from "../../ui/moment";
import { EmptyState } from "../../ui/states";

/** Every generated app. */
export function ProjectsPage() {
  const projects = useQuery(projectListQuery);
  return (
    <Page title="Projects" hint="Every app that the platform has generated." hasPeriod={false}>
      <Card flush>
        <Loaded
          query={projects}
          empty={{ when: ({ items }) => items.length === 0, show: <EmptyState title="There are no projects yet" /> }}
        >
          {({ items }) => (
            <DataTable
              name="Projects"
              rows={items}
              keyOf={({ id }) => id}
              sort="-created"
              searchable
              columns={[
                {
                  id: "name",
                  label: "Name",
                  value: ({ name }) => name,
                  show: ({ id, name }) => (
                    <Link
                      to="/projects/$projectId"
                      params={{ projectId: id }}
                      className="font-medium hover:text-accent"
                    >
                      {name}
                    </Link>
                  ),
                },
                { id: "id", label: "Id", value: ({ id }) => id, wide: true },
                { id: "owner", label: "Owner", value: ({ ownerId }) => ownerId, wide: true },
                {
                  id: "created",
                  label: "Created",
                  value: ({ createdAt }) => createdAt,
                  show: ({ createdAt }) => <Moment at={createdAt} />,
                },
              ]}
            />
          )}
        </Loaded>
      </Card>
    </Page>
  );
}
