import { Outlet, useLocation } from "@tanstack/react-router";
import { Menu, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { IconButton } from "../ui/button";
import { Sidebar } from "./sidebar";

/** The frame of every page behind the sign-in: where to go at the left, on narrow screens in a drawer. */
export function Shell() {
  const drawer = useRef<HTMLDialogElement>(null);
  const close = (): void => drawer.current?.close();
  useFocusOnPageChange();
  return (
    <div className="flex min-h-dvh">
      <a
        href="#page"
        className="sr-only z-20 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the page
      </a>
      <aside
        aria-label="Navigation"
        className="sticky top-0 hidden h-dvh w-56 shrink-0 border-r border-line bg-surface lg:block"
      >
        <Sidebar />
      </aside>
      <dialog
        ref={drawer}
        aria-label="Navigation"
        className="m-0 h-dvh max-h-none w-64 border-r border-line bg-surface text-text backdrop:bg-black/40"
      >
        <IconButton label="Close the navigation" onClick={close} className="absolute top-3 right-2">
          <X className="size-4" />
        </IconButton>
        <Sidebar onGo={close} />
      </dialog>
      <div className="flex min-w-0 grow flex-col">
        <header className="flex h-12 items-center gap-2 border-b border-line bg-surface px-2 lg:hidden">
          <IconButton label="Open the navigation" onClick={() => drawer.current?.showModal()}>
            <Menu className="size-5" />
          </IconButton>
          <span className="font-semibold">Mobigen Analytics</span>
        </header>
        <main id="page" tabIndex={-1} className="mx-auto w-full max-w-7xl grow px-4 py-5 outline-none sm:px-6">
          <Outlet />
        </main>
      </div>
    </div>
  );
}

/** Who reads by ear or keyboard is led to a new page as who sees it is: to its top. */
function useFocusOnPageChange(): void {
  const { pathname } = useLocation();
  const isFirst = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new path is the occasion, nothing else
  useEffect(() => {
    if (!isFirst.current) document.getElementById("page")?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [pathname]);
}
