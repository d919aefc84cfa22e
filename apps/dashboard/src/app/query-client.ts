import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem, isPassing } from "../api/problem";
import { sessionQuery } from "../api/session";

const freshForMs = 30_000;
const maxRetries = 2;

/** `onSignedOut` is called when the service no longer knows the session: it is over, or its token was revoked. */
export function createQueryClient({ onSignedOut }: { onSignedOut: () => void }): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (!(error instanceof ApiProblem) || error.code !== "unauthenticated") return;
        client.setQueryData(sessionQuery.queryKey, { caller: null });
        onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: freshForMs,
        // What was refused for a reason is refused again.
        retry: (failures, error) => failures < maxRetries && isPassing(error),
        retryDelay: (failures) => 500 * 2 ** failures,
        // The browser's own idea of "online" says nothing about a service on the same machine.
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
  return client;
}
