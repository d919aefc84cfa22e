import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ApiProblem } from "../api/problem";
import { sessionQuery, signIn } from "../api/session";
import type { PageSearch } from "../app/search";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";

/** The way in: a token, or a project's key that may read. */
export function SignInPage() {
  const { next = "/" } = useSearch({ strict: false }) as PageSearch;
  const [token, setToken] = useState("");
  const client = useQueryClient();
  const router = useRouter();
  useEffect(() => {
    document.title = "Sign in · Mobigen Analytics";
  }, []);
  const entry = useMutation({
    mutationFn: () => signIn({ token: token.trim() }),
    onSuccess: async (session) => {
      client.clear();
      client.setQueryData(sessionQuery.queryKey, session);
      router.history.push(isOwnPath(next) ? next : "/");
    },
  });
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <form
        className="flex w-full max-w-sm flex-col gap-4 rounded-xl border border-line bg-surface p-6 shadow-card"
        onSubmit={(event) => {
          event.preventDefault();
          entry.mutate();
        }}
      >
        <div>
          <h1 className="text-lg font-semibold">Mobigen Analytics</h1>
          <p className="mt-1 text-muted">Sign in with a service token, or with your project’s read key.</p>
        </div>
        <TextField
          label="Token or key"
          type="password"
          autoComplete="current-password"
          placeholder="mgt_… or mgk_…"
          required
          value={token}
          onChange={(event) => setToken(event.target.value)}
          error={entry.isError ? whyNot(entry.error) : undefined}
        />
        <Button type="submit" look="primary" disabled={entry.isPending || token.trim() === ""}>
          {entry.isPending ? "Signing in…" : "Sign in"}
        </Button>
      </form>
    </main>
  );
}

function whyNot(error: unknown): string {
  if (!(error instanceof ApiProblem)) return "The service can’t be reached. Try again in a moment.";
  if (error.code === "unauthenticated")
    return "Nobody knows this token. Was it revoked, or cut off when it was copied?";
  return error.message;
}

/** Only pages of ours are gone back to: a link must not lead elsewhere through the sign-in. */
function isOwnPath(path: string): boolean {
  return path.startsWith("/") && !path.startsWith("//") && !path.includes("\\");
}
