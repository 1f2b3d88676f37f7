/** A host's resource state: what an admin decided about it. The table is the law; an event without a row is refused. */

export const RESOURCE_EVENTS = [
  'Enable',
  'Disable',
  'AdminAskMaintenace',
  'AdminAskMaintenance',
  'InternalEnterMaintenance',
  'UnableToMigrate',
  'UnableToMaintain',
  'ErrorsCorrected',
  'AdminCancelMaintenance',
  'DeleteHost',
  'InternalCreated',
] as const;
/** Spelled as CloudStack spells them, before 4.14 with AdminAskMaintenace: the spelling is part of the refusal (cs §4.2). */
export type ResourceEvent = (typeof RESOURCE_EVENTS)[number];

export type ResourceTable = Readonly<Record<string, Partial<Readonly<Record<ResourceEvent, string>>>>>;

/** 4.11 to 4.13 (cs §4.2). Disabled has no way into maintenance, and ErrorInMaintenance none without cancelling. */
export const TABLE_4_11: ResourceTable = {
  Creating: { InternalCreated: 'Enabled' },
  Enabled: {
    Enable: 'Enabled',
    Disable: 'Disabled',
    AdminAskMaintenace: 'PrepareForMaintenance',
    InternalEnterMaintenance: 'Maintenance',
    InternalCreated: 'Enabled',
  },
  Disabled: { Enable: 'Enabled', Disable: 'Disabled', DeleteHost: 'Disabled', InternalCreated: 'Disabled' },
  PrepareForMaintenance: {
    InternalEnterMaintenance: 'Maintenance',
    UnableToMigrate: 'ErrorInMaintenance',
    AdminCancelMaintenance: 'Enabled',
    InternalCreated: 'PrepareForMaintenance',
  },
  ErrorInMaintenance: {
    Disable: 'Disabled',
    InternalEnterMaintenance: 'Maintenance',
    AdminCancelMaintenance: 'Enabled',
    DeleteHost: 'Disabled',
    InternalCreated: 'ErrorInMaintenance',
  },
  Maintenance: { AdminCancelMaintenance: 'Enabled', DeleteHost: 'Disabled', InternalCreated: 'Maintenance' },
  Error: { InternalCreated: 'Error' },
};

/** 2.2 (cs §4.1): maintenance is a host status, allocation a column of its own; a host in error may be asked again. */
export const TABLE_2_2: ResourceTable = {
  Enabled: { AdminAskMaintenace: 'PrepareForMaintenance', InternalCreated: 'Enabled' },
  PrepareForMaintenance: {
    InternalEnterMaintenance: 'Maintenance',
    UnableToMigrate: 'ErrorInMaintenance',
    AdminCancelMaintenance: 'Enabled',
    InternalCreated: 'PrepareForMaintenance',
  },
  ErrorInMaintenance: {
    AdminAskMaintenace: 'PrepareForMaintenance',
    InternalEnterMaintenance: 'Maintenance',
    AdminCancelMaintenance: 'Enabled',
    InternalCreated: 'ErrorInMaintenance',
  },
  Maintenance: { AdminCancelMaintenance: 'Enabled', InternalCreated: 'Maintenance' },
};

/** 4.14 and later (cs §4.3): the evacuation goes on in ErrorInPrepareForMaintenance; ErrorInMaintenance may be asked again. */
export const TABLE_4_14: ResourceTable = {
  Creating: { InternalCreated: 'Enabled' },
  Enabled: {
    Enable: 'Enabled',
    Disable: 'Disabled',
    AdminAskMaintenance: 'PrepareForMaintenance',
    InternalEnterMaintenance: 'Maintenance',
    InternalCreated: 'Enabled',
    DeleteHost: 'Disabled',
  },
  Disabled: { Enable: 'Enabled', Disable: 'Disabled', DeleteHost: 'Disabled', InternalCreated: 'Disabled' },
  PrepareForMaintenance: {
    InternalEnterMaintenance: 'Maintenance',
    UnableToMigrate: 'ErrorInPrepareForMaintenance',
    UnableToMaintain: 'ErrorInMaintenance',
    AdminCancelMaintenance: 'Enabled',
    InternalCreated: 'PrepareForMaintenance',
  },
  ErrorInPrepareForMaintenance: {
    Disable: 'Disabled',
    InternalEnterMaintenance: 'Maintenance',
    UnableToMigrate: 'ErrorInPrepareForMaintenance',
    UnableToMaintain: 'ErrorInMaintenance',
    ErrorsCorrected: 'PrepareForMaintenance',
    AdminCancelMaintenance: 'Enabled',
    DeleteHost: 'Disabled',
    InternalCreated: 'ErrorInPrepareForMaintenance',
  },
  ErrorInMaintenance: {
    Disable: 'Disabled',
    AdminAskMaintenance: 'PrepareForMaintenance',
    AdminCancelMaintenance: 'Enabled',
    DeleteHost: 'Disabled',
    InternalCreated: 'ErrorInMaintenance',
  },
  Maintenance: { AdminCancelMaintenance: 'Enabled', DeleteHost: 'Disabled', InternalCreated: 'Maintenance' },
  Error: { InternalCreated: 'Error' },
};

/** CloudStack's own sentence for an event that has no row. */
export const noTransition = (state: string, event: ResourceEvent): string =>
  `No next resource state found for current state = ${state} event = ${event}`;

export const nextResourceState = (
  table: ResourceTable,
  state: string,
  event: ResourceEvent,
): string | undefined => table[state]?.[event];
