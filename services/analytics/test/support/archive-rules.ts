export const archiveRules = { acceptPastDays: 30, defaultRetentionDays: 90 };
