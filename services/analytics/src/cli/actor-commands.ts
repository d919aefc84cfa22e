import type { Command } from "commander";
import { notFound } from "../errors.js";
import { eraseActor } from "../insights/erasure.js";
import { actor, runOnDomain } from "./run.js";

/** actors: what is asked for of the people who use an app. */
export function addActorCommands(program: Command): void {
  program
    .command("actors")
    .description("Users and installs of an app")
    .command("erase <project> <actor>")
    .description("Delete a user or install with all that is known of them, and print the receipt")
    .action((projectId: string, actorId: string) =>
      runOnDomain(async ({ projectStore, insightStores }) => {
        const project = await projectStore.find(projectId);
        if (project === null) throw notFound("project", projectId);
        const request = { requestedBy: actor, clock: () => new Date() };
        console.log(JSON.stringify(await eraseActor(insightStores.erasures, project, actorId, request), null, 2));
        return 0;
      }),
    );
}
