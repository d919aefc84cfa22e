import { z } from "zod";
import { keyScopes, tokenScopes } from "./access.js";
import { instantSchema } from "./text.js";

/** What a person signs in to the dashboard with: a service token, the admin token, or a project's key that may read. */
export const signInSchema = z.strictObject({
  token: z.string().min(1, "must not be empty").max(500, "must have at most 500 characters"),
});

/** Who is signed in, as the cookie of the request says; `caller` is null where nobody is. */
export const signedInSchema = z.object({
  caller: z
    .object({
      kind: z.enum(["token", "key", "development"]).meta({
        description: "development: no token is set, and whoever asks on the loopback address acts as admin",
      }),
      name: z.string().nullable().meta({ description: "Of the token; null for a key" }),
      scopes: z.array(z.enum([...tokenScopes, ...keyScopes])),
      projectId: z.string().nullable().meta({ description: "The one project that a key opens" }),
      expiresAt: instantSchema.nullable().meta({ description: "When to sign in again" }),
    })
    .nullable(),
});

export type SignIn = z.infer<typeof signInSchema>;
export type SignedIn = z.infer<typeof signedInSchema>;
export type SignedInCaller = NonNullable<SignedIn["caller"]>;
