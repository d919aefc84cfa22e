import { LogOut } from "lucide-react";
import { signOut } from "../api/session";
import { mayDo, useCaller } from "../app/session";
import { Badge } from "../ui/badge";
import { IconButton } from "../ui/button";
import { ThemeSwitch } from "./theme-switch";

/** Who is signed in, the way out, and how the pages look. */
export function AccountMenu() {
  const caller = useCaller();

  async function leave(): Promise<void> {
    await signOut();
    // A new page: nothing of what was seen stays in memory.
    window.location.assign("/sign-in");
  }

  return (
    <div className="border-t border-line px-2 pt-3">
      <div className="flex items-center gap-1">
        <p className="flex min-w-0 grow items-center gap-1.5 text-xs text-muted" title={caller.scopes.join(", ")}>
          <span className="truncate">
            {caller.kind === "development" ? "No token" : (caller.name ?? "Project key")}
          </span>
          {mayDo(caller, "admin") && <Badge>admin</Badge>}
        </p>
        <ThemeSwitch />
        {caller.kind !== "development" && (
          <IconButton label="Sign out" onClick={() => void leave()}>
            <LogOut className="size-4" />
          </IconButton>
        )}
      </div>
    </div>
  );
}
