import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { useCaller } from "../app/session";
import { classNames } from "../ui/class-names";
import { AccountMenu } from "./account-menu";
import { itemsFor, type NavigationItem, platformItems } from "./navigation";
import { ProjectName } from "./project-name";
import { projectItems } from "./project-navigation";

/** Where one can go: the platform's pages, or those of the project at hand. `onGo` closes the drawer of narrow screens. */
export function Sidebar({ onGo }: { onGo?: () => void }) {
  const caller = useCaller();
  const { projectId } = useParams({ strict: false });
  const items = itemsFor(projectId === undefined ? platformItems : projectItems, caller);
  return (
    <div className="flex h-full flex-col gap-4 overflow-y-auto p-3">
      <div className="flex items-center gap-2 px-2 pt-1 font-semibold">
        <span aria-hidden="true" className="flex size-6 items-end justify-center gap-[2px] rounded-md bg-accent pb-1.5">
          <i className="h-1.5 w-[3px] rounded bg-on-accent" />
          <i className="h-3 w-[3px] rounded bg-on-accent" />
          <i className="h-2 w-[3px] rounded bg-on-accent" />
        </span>
        Mobigen Analytics
      </div>
      {projectId !== undefined && (
        <div className="px-2">
          {caller.projectId === null && (
            <Link
              to="/platform/projects"
              {...(onGo === undefined ? {} : { onClick: onGo })}
              className="mb-2 inline-flex items-center gap-0.5 text-xs text-muted hover:text-text"
            >
              <ChevronLeft aria-hidden="true" className="size-3.5" /> All projects
            </Link>
          )}
          <p className="truncate text-sm font-semibold">
            <ProjectName id={projectId} />
          </p>
        </div>
      )}
      <nav aria-label={projectId === undefined ? "Platform" : "Project"}>
        <ul className="flex flex-col gap-0.5">
          {items.map((item) => (
            <li key={item.to}>
              <SidebarLink item={item} projectId={projectId} {...(onGo === undefined ? {} : { onGo })} />
            </li>
          ))}
        </ul>
      </nav>
      <div className="mt-auto">
        <AccountMenu />
      </div>
    </div>
  );
}

type SidebarLinkProps = { item: NavigationItem; projectId: string | undefined; onGo?: () => void };

function SidebarLink({ item: { to, label, icon: Icon, exact = false }, projectId, onGo }: SidebarLinkProps) {
  return (
    <Link
      to={to}
      params={{ projectId: projectId ?? "" }}
      {...(onGo === undefined ? {} : { onClick: onGo })}
      activeOptions={{ exact, includeSearch: false }}
      className={classNames(
        "flex h-8 items-center gap-2.5 rounded-md px-2 text-sm font-medium text-muted transition-colors",
        "hover:bg-sunken hover:text-text aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent",
      )}
    >
      <Icon aria-hidden="true" className="size-4 shrink-0" />
      {label}
    </Link>
  );
}
