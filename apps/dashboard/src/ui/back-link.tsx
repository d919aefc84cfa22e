import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import type { ReactNode } from "react";
import { useProjectId } from "../app/use-project-id";

/** From one thing of a project to the list of them. */
export function BackLink({ to, children }: { to: string; children: ReactNode }) {
  const projectId = useProjectId();
  return (
    <Link
      to={to}
      params={{ projectId }}
      className="mb-2 inline-flex items-center gap-0.5 text-xs text-muted hover:text-text"
    >
      <ChevronLeft aria-hidden="true" className="size-3.5" /> {children}
    </Link>
  );
}
