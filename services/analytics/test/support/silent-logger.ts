import pino from "pino";

/** For code under test whose log lines are not what is tested. */
export const silentLogger = pino({ level: "silent" });
