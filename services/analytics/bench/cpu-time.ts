import { readdir, readFile } from "node:fs/promises";

// USER_HZ: what Linux counts process time in, whatever the kernel's own tick is.
const ticksPerSecond = 100;

/** Seconds of processor time that a process and its living children have used so far; 0 where there is no /proc. */
export async function cpuSeconds(pid: number): Promise<number> {
  let ticks = 0;
  for (const entry of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
    // The name, in brackets, may hold blanks; behind it: state, parent, …, user time (12th), system time (13th).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(entry) === pid || Number(fields[1]) === pid) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / ticksPerSecond;
}
