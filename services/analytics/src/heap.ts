import { performance } from "node:perf_hooks";
import v8 from "node:v8";
import vm from "node:vm";

// How far the old generation may grow over what was alive at the last collection. V8 lets it grow up to fourfold where much is
// allocated, which a server that allocates all the time pays for in memory for ever; less than this collects all the time.
const heapGrowthPercent = 150;
const defaultCheckMs = 5_000;
// Shares of the event loop's time. In between nothing is decided.
const busyShare = 0.2;
const calmShare = 0.05;

/**
 * Keeps the process's memory near what it uses. While there is work V8 collects sooner; when the work is over the heap, which
 * nobody collects where nothing is allocated, is collected once (some 60 ms of a process that has nothing else to do) and given
 * back to the system. Lasts as long as the process and does not keep it alive.
 * Looks every `checkMs` milliseconds (default: 5 s) whether there is work.
 */
export function keepHeapSmall(checkMs = defaultCheckMs): void {
  v8.setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent}`);
  // The function is there for contexts that are made after the flag is set.
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;

  let before = performance.eventLoopUtilization();
  // With starting.
  let wasBusy = true;
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization > busyShare) wasBusy = true;
    else if (wasBusy && utilization < calmShare) {
      wasBusy = false;
      collect();
    }
  }, checkMs).unref();
}
