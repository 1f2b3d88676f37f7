/** How long things take, in pool seconds (xapi §12.6: fixed by xapi's source, or our defaults). */
export const SECONDS = {
  rebootDelay: 10,
  osShutdown: 30,
  post: 180,
  dom0Boot: 60,
  /** xapi's process starts and serves nothing yet: TLS answers, then EOF. */
  xapiToHttp: 20,
  /** HTTP is up, the database is not: HOST_STILL_BOOTING at every call (xapi §2.3). */
  httpToDatabase: 10,
  /** Startup tasks: login works, host.enable does not. */
  databaseToUp: 20,
  /** After the schema upgrade xapi serves this long and goes away once more (F56). */
  beforeSchemaRestart: 5,
  schemaRestart: 15,
  pbdPlug: 5,
  autoEnable: 15,
  installer: 1200,
  /** Each message beyond the thousandth slows the installer (the 72 % stall, seed 003). */
  installerPerMessage: 0.3,
  installerStall: 7200,
  bootStall: 1800,
  heartbeat: 30,
  dead: 600,
  dbGc: 30,
  emergencyRetry: 5,
  /** 60 + rand(120) in xapi; the middle, so that runs repeat. */
  selfRestart: 120,
  toolstackDelay: 1,
  toolstackClosed: 10,
  loginPenalty: 5,
  migrationTail: 5,
  cleanShutdown: 60,
  hardShutdown: 5,
  vmStart: 20,
  cdEject: 1,
  databaseDump: 5,
  /** The upgrade plugin looks at four small files; then it downloads 60 MB, and last it writes the mark. */
  pluginLook: 2,
  pluginDownload: 60,
  pluginMark: 28,
  patchPrecheck: 10,
  patchApply: 60,
  /** A large upload is unpacked and its signature looked at. */
  uploadEnd: 2,
  syncUpdates: 90,
  applyUpdates: 180,
  checkUpdate: 5,
  haChange: 20,
  syncDatabase: 2,
  retryBusy: 5,
  /** OTHER_OPERATION_IN_PROGRESS is retried inside XAPI for this long (xapi fact 14). */
  busyGivesUp: 7200,
  /** A guest that never acknowledges the suspend that migration needs. */
  suspendAcknowledgement: 60,
} as const;

/** 100 MiB/s per host, shared by the migrations that use it (xapi §12.6). */
export const MIGRATION_MIB_PER_SECOND = 100;
