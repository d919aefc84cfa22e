import type { ReportSubscription } from "@mobigen/analytics-contract";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";

/** A page with one button, which posts to its own address. */
export function askToUnsubscribe(subscription: ReportSubscription): string {
  return renderPage(
    "Unsubscribe?",
    <>
      <p>
        <b>{subscription.address}</b> gets the weekly report on {subjectOf(subscription)}.
      </p>
      <form method="post">
        <button type="submit">Unsubscribe</button>
      </form>
    </>,
  );
}

export function confirmUnsubscribed(subscription: ReportSubscription): string {
  return renderPage(
    "You are unsubscribed",
    <p>
      <b>{subscription.address}</b> gets no more weekly reports on {subjectOf(subscription)}.
    </p>,
  );
}

export function refuseUnsubscribe(): string {
  return renderPage(
    "This link leads nowhere",
    <p>
      It belongs to no subscription: it was deleted, or the link is not whole. Take the one of the latest report, if you
      still get any.
    </p>,
  );
}

function subjectOf({ scope, scopeId }: ReportSubscription): ReactNode {
  return scope === "platform" ? "the platform" : `the ${scope} “${scopeId}”`;
}

const style = `
:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: #f4f5f7; color: #1c2330; }
main { max-width: 30rem; margin: 12vh auto 0; padding: 2rem; background: #fff; border-radius: 12px; overflow-wrap: anywhere; }
h1 { margin: 0 0 .5rem; font-size: 1.4rem; line-height: 1.25; }
button { font: inherit; font-weight: 600; padding: .6rem 1.4rem; border: 0; border-radius: 8px; background: #2456d6; color: #fff; cursor: pointer; }
button:focus-visible { outline: 3px solid #8fb0ff; outline-offset: 2px; }
@media (max-width: 34rem) { main { margin: 0; min-height: 100vh; border-radius: 0; box-sizing: border-box; } }
@media (prefers-color-scheme: dark) { body { background: #12161d; color: #e6e9ef; } main { background: #1b212b; } }
`;

function renderPage(title: string, content: ReactNode): string {
  const page = (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <style>{style}</style>
      </head>
      <body>
        <main>
          <h1>{title}</h1>
          {content}
        </main>
      </body>
    </html>
  );
  return `<!doctype html>${renderToStaticMarkup(page)}`;
}
