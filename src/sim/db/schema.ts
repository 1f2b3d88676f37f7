/** CloudStack 4.11.3's tables that anybody reads here: its own column names and types (cs §10.1, §10.4). */

/** One column: `!` in the list below means NOT NULL. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

export interface Table {
  readonly database: 'cloud' | 'cloud_usage';
  readonly name: string;
  readonly columns: readonly Column[];
}

const CLOUD: Readonly<Record<string, string>> = {
  data_center: `
    id bigint unsigned!, name varchar(255), uuid varchar(40), description varchar(255), dns1 varchar(255)!,
    dns2 varchar(255), internal_dns1 varchar(255)!, internal_dns2 varchar(255), gateway varchar(15), netmask
    varchar(15), router_mac_address varchar(17)!, mac_address bigint unsigned!, guest_network_cidr
    varchar(18), domain varchar(100), domain_id bigint unsigned, networktype varchar(255)!, dns_provider
    char(64), gateway_provider char(64), firewall_provider char(64), dhcp_provider char(64), lb_provider
    char(64), vpn_provider char(64), userdata_provider char(64), allocation_state varchar(32)!, zone_token
    varchar(255), is_security_group_enabled tinyint!, is_local_storage_enabled tinyint!, removed datetime,
    owner varchar(255), created datetime, lastUpdated datetime, engine_state varchar(32)!, ip6_dns1
    varchar(255), ip6_dns2 varchar(255)
  `,
  host_pod_ref: `
    id bigint unsigned!, name varchar(255), uuid varchar(40), data_center_id bigint unsigned!, gateway
    varchar(255)!, cidr_address varchar(15)!, cidr_size bigint unsigned!, description varchar(255),
    allocation_state varchar(32)!, external_dhcp tinyint!, removed datetime, owner varchar(255), created
    datetime, lastUpdated datetime, engine_state varchar(32)!
  `,
  cluster: `
    id bigint unsigned!, name varchar(255), uuid varchar(40), guid varchar(255), pod_id bigint unsigned!,
    data_center_id bigint unsigned!, hypervisor_type varchar(32), cluster_type varchar(64), allocation_state
    varchar(32)!, managed_state varchar(32)!, removed datetime, owner varchar(255), created datetime,
    lastUpdated datetime, engine_state varchar(32)!
  `,
  cluster_details: `
    id bigint unsigned!, cluster_id bigint unsigned!, name varchar(255)!, value varchar(255)
  `,
  host: `
    id bigint unsigned!, name varchar(255)!, uuid varchar(40), status varchar(32)!, type varchar(32)!,
    private_ip_address char(40)!, private_netmask varchar(15), private_mac_address varchar(17),
    storage_ip_address char(40), storage_netmask varchar(15), storage_mac_address varchar(17),
    storage_ip_address_2 char(40), storage_mac_address_2 varchar(17), storage_netmask_2 varchar(15),
    cluster_id bigint unsigned, public_ip_address char(40), public_netmask varchar(15), public_mac_address
    varchar(17), proxy_port int unsigned, data_center_id bigint unsigned!, pod_id bigint unsigned,
    cpu_sockets int unsigned, cpus int unsigned, speed int unsigned, url varchar(255), fs_type varchar(32),
    hypervisor_type varchar(32), hypervisor_version varchar(32), ram bigint unsigned, resource varchar(255),
    version varchar(40)!, parent varchar(255), total_size bigint unsigned, capabilities varchar(255), guid
    varchar(255), available int unsigned!, setup int unsigned!, dom0_memory bigint unsigned!, last_ping int
    unsigned!, mgmt_server_id bigint unsigned, disconnected datetime, created datetime, removed datetime,
    update_count bigint unsigned!, resource_state varchar(32)!, owner varchar(255), lastUpdated datetime,
    engine_state varchar(32)!
  `,
  host_details: `
    id bigint unsigned!, host_id bigint unsigned!, name varchar(255)!, value varchar(255)!
  `,
  host_tags: `
    id bigint unsigned!, host_id bigint unsigned!, tag varchar(255)!
  `,
  vm_instance: `
    id bigint unsigned!, name varchar(255)!, uuid varchar(40), instance_name varchar(255)!, state
    varchar(32)!, vm_template_id bigint unsigned, guest_os_id bigint unsigned!, private_mac_address
    varchar(17), private_ip_address char(40), pod_id bigint unsigned, data_center_id bigint unsigned!,
    host_id bigint unsigned, last_host_id bigint unsigned, proxy_id bigint unsigned, proxy_assign_time
    datetime, vnc_password varchar(255)!, ha_enabled tinyint!, limit_cpu_use tinyint unsigned!, update_count
    bigint unsigned!, update_time datetime, created datetime!, removed datetime, type varchar(32)!, vm_type
    varchar(32)!, account_id bigint unsigned!, domain_id bigint unsigned!, service_offering_id bigint
    unsigned!, reservation_id char(40), hypervisor_type char(32), disk_offering_id bigint unsigned, owner
    varchar(255), host_name varchar(255), display_name varchar(255), desired_state varchar(32),
    dynamically_scalable tinyint unsigned!, display_vm tinyint!, power_state varchar(74),
    power_state_update_time datetime, power_state_update_count int, power_host bigint unsigned
  `,
  async_job: `
    id bigint unsigned!, user_id bigint unsigned!, account_id bigint unsigned!, instance_type varchar(64),
    instance_id bigint unsigned, job_cmd varchar(255), job_cmd_info text, job_cmd_ver int, job_status int,
    job_process_status int, job_result_code int, job_result text, job_init_msid bigint, job_complete_msid
    bigint, created datetime, last_updated datetime, last_polled datetime, removed datetime, uuid
    varchar(40), related char(40)!, job_type varchar(32), job_dispatcher varchar(64), job_executing_msid
    bigint, job_pending_signals int!
  `,
  vm_work_job: `
    id bigint unsigned!, step char(32)!, vm_type char(32)!, vm_instance_id bigint unsigned!
  `,
  op_ha_work: `
    id bigint unsigned!, instance_id bigint unsigned!, type varchar(32)!, vm_type varchar(32)!, state
    varchar(32)!, mgmt_server_id bigint unsigned, host_id bigint unsigned, created datetime!, tried int
    unsigned, taken datetime, step varchar(32)!, time_to_try bigint, updated bigint unsigned!
  `,
  op_it_work: `
    id char(40)!, mgmt_server_id bigint unsigned, created_at bigint unsigned!, thread varchar(255)!, type
    char(32)!, vm_type char(32)!, step char(32)!, updated_at bigint unsigned!, instance_id bigint unsigned!,
    resource_type char(32), resource_id bigint unsigned
  `,
  op_host_transfer: `
    id bigint unsigned!, initial_mgmt_server_id bigint unsigned, future_mgmt_server_id bigint unsigned,
    state varchar(32)!, created datetime!
  `,
  op_host_capacity: `
    id bigint unsigned!, host_id bigint unsigned, data_center_id bigint unsigned!, pod_id bigint unsigned,
    cluster_id bigint unsigned, used_capacity bigint!, reserved_capacity bigint!, total_capacity bigint!,
    capacity_type int unsigned!, capacity_state varchar(32)!, update_time datetime, created datetime
  `,
  mshost: `
    id bigint unsigned!, msid bigint unsigned!, runid bigint!, name varchar(255), state varchar(10)!,
    version varchar(255), service_ip char(40)!, service_port int!, last_update datetime, removed datetime,
    alert_count int!
  `,
  configuration: `
    category varchar(255)!, instance varchar(255)!, component varchar(255)!, name varchar(255)!, value
    varchar(8191), description varchar(1024), default_value varchar(8191), updated datetime, scope
    varchar(255), is_dynamic tinyint!
  `,
  hypervisor_capabilities: `
    id bigint unsigned!, uuid varchar(40), hypervisor_type varchar(32)!, hypervisor_version varchar(32),
    max_guests_limit bigint unsigned, security_group_enabled int unsigned, max_data_volumes_limit int
    unsigned, max_hosts_per_cluster int unsigned, storage_motion_supported int unsigned, vm_snapshot_enabled
    tinyint!
  `,
  storage_pool: `
    id bigint unsigned!, name varchar(255), uuid varchar(255), pool_type varchar(32)!, port int unsigned!,
    data_center_id bigint unsigned!, pod_id bigint unsigned, cluster_id bigint unsigned, used_bytes bigint
    unsigned, capacity_bytes bigint unsigned, host_address varchar(255)!, user_info varchar(255), path
    varchar(255)!, created datetime, removed datetime, update_time datetime, status varchar(32),
    storage_provider_name varchar(255), scope varchar(255), hypervisor varchar(32), managed tinyint
    unsigned!, capacity_iops bigint unsigned
  `,
  volumes: `
    id bigint unsigned!, account_id bigint unsigned!, domain_id bigint unsigned!, pool_id bigint unsigned,
    last_pool_id bigint unsigned, instance_id bigint unsigned, device_id bigint unsigned, name varchar(255),
    uuid varchar(40), size bigint unsigned!, folder varchar(255), path varchar(255), pod_id bigint unsigned,
    data_center_id bigint unsigned!, iscsi_name varchar(255), host_ip char(40), volume_type varchar(64)!,
    pool_type varchar(64), disk_offering_id bigint unsigned!, template_id bigint unsigned,
    first_snapshot_backup_uuid varchar(255), recreatable tinyint unsigned!, created datetime, attached
    datetime, updated datetime, removed datetime, state varchar(32), chain_info text, update_count bigint
    unsigned!, disk_type varchar(255), vm_snapshot_chain_size bigint unsigned, iso_id bigint unsigned,
    display_volume tinyint!, format varchar(255), min_iops bigint unsigned, max_iops bigint unsigned,
    hv_ss_reserve int unsigned, provisioning_type varchar(32)!
  `,
  snapshots: `
    id bigint unsigned!, data_center_id bigint unsigned!, account_id bigint unsigned!, domain_id bigint
    unsigned!, volume_id bigint unsigned!, disk_offering_id bigint unsigned!, status varchar(32), path
    varchar(255), name varchar(255)!, uuid varchar(40), snapshot_type int!, type_description varchar(25),
    size bigint unsigned!, created datetime, removed datetime, backup_snap_id varchar(255),
    swift_id bigint unsigned, sechost_id bigint unsigned, prev_snap_id bigint unsigned, hypervisor_type
    varchar(32)!, version varchar(32), s3_id bigint unsigned, min_iops bigint unsigned, max_iops bigint
    unsigned, location_type varchar(32)
  `,
  snapshot_policy: `
    id bigint unsigned!, uuid varchar(40), volume_id bigint unsigned!, schedule varchar(100)!, timezone
    varchar(100)!, interval int!, max_snaps int!, active tinyint unsigned!, display tinyint!
  `,
  event: `
    id bigint unsigned!, uuid varchar(40), type varchar(32)!, state varchar(32)!, description
    varchar(1024)!, user_id bigint unsigned!, account_id bigint unsigned!, domain_id bigint unsigned!,
    created datetime!, level varchar(16)!, start_id bigint unsigned!, parameters varchar(1024), archived
    tinyint unsigned!, display tinyint!
  `,
  alert: `
    id bigint unsigned!, uuid varchar(40), type int unsigned!, cluster_id bigint unsigned, pod_id bigint
    unsigned, data_center_id bigint unsigned!, subject varchar(999), sent_count int unsigned!, created
    datetime, last_sent datetime, resolved datetime, archived tinyint unsigned!, name varchar(255)
  `,
  version: `
    id bigint unsigned!, version char(40)!, updated datetime!, step char(32)!
  `,
  account: `
    id bigint unsigned!, account_name varchar(100), uuid varchar(40), type int unsigned!, domain_id bigint
    unsigned, state varchar(10)!, removed datetime, cleanup_needed tinyint!, network_domain varchar(255),
    default_zone_id bigint unsigned, default int unsigned!
  `,
  user: `
    id bigint unsigned!, uuid varchar(40), username varchar(255)!, password varchar(255)!, account_id bigint
    unsigned!, firstname varchar(255), lastname varchar(255), email varchar(255), state varchar(10)!,
    api_key varchar(255), secret_key varchar(255), created datetime!, removed datetime, timezone
    varchar(30), registration_token varchar(255), is_registered tinyint!, incorrect_login_attempts int
    unsigned!, default int unsigned!, source varchar(40)!, external_entity text
  `,
  guest_os_hypervisor: `
    id bigint unsigned!, hypervisor_type varchar(32)!, guest_os_name varchar(255)!, guest_os_id bigint
    unsigned!, hypervisor_version varchar(32)!, uuid varchar(40), created datetime, removed datetime,
    is_user_defined int unsigned
  `,
};

const USAGE: Readonly<Record<string, string>> = {
  cloud_usage: `
    id bigint unsigned!, zone_id bigint unsigned!, account_id bigint unsigned!, domain_id bigint unsigned!,
    description varchar(1024)!, usage_type int unsigned, raw_usage double!, start_date datetime, end_date
    datetime
  `,
  usage_job: `
    id bigint unsigned!, host varchar(255), pid int unsigned, job_type int unsigned, scheduled int unsigned,
    start_date datetime, end_date datetime, success int unsigned, heartbeat datetime!
  `,
  usage_event: `
    id bigint unsigned!, type varchar(32)!, account_id bigint unsigned!, created datetime!, zone_id bigint
    unsigned!, resource_id bigint unsigned, resource_name varchar(255), processed tinyint!
  `,
  version: `
    id bigint unsigned!, version char(40)!, updated datetime!, step char(32)!
  `,
};

const read = (database: Table['database'], list: Readonly<Record<string, string>>): readonly Table[] =>
  Object.entries(list).map(([name, columns]) => ({
    database,
    name,
    columns: columns.split(/,(?![^(]*\))/).map(column),
  }));

function column(text: string): Column {
  const [name = '', ...type] = text.trim().split(/\s+/);
  const words = type.join(' ');
  return { name, type: words.replace('!', ''), required: words.endsWith('!') };
}

export const TABLES: readonly Table[] = [...read('cloud', CLOUD), ...read('cloud_usage', USAGE)];

/** Real `cloud` has views and procedures, and a verifier that counts them must have something to count (cs §10.4). */
export const VIEWS: readonly { readonly name: string; readonly select: string; readonly table: string }[] = [
  {
    name: 'host_view',
    table: 'host',
    select:
      'select `host`.`id` AS `id`,`host`.`uuid` AS `uuid`,`host`.`name` AS `name`,`host`.`status` AS `status`,' +
      '`host`.`resource_state` AS `resource_state`,`cluster`.`uuid` AS `cluster_uuid` from (`host` left join `cluster` on(`host`.`cluster_id` = `cluster`.`id`))',
  },
  {
    name: 'async_job_view',
    table: 'async_job',
    select:
      'select `async_job`.`id` AS `id`,`async_job`.`uuid` AS `uuid`,`async_job`.`job_cmd` AS `job_cmd`,`async_job`.`job_status` AS `job_status` from `async_job`',
  },
  {
    name: 'user_vm_view',
    table: 'vm_instance',
    select:
      'select `vm_instance`.`id` AS `id`,`vm_instance`.`uuid` AS `uuid`,`vm_instance`.`instance_name` AS `instance_name`,' +
      "`vm_instance`.`state` AS `state` from `vm_instance` where `vm_instance`.`type` = 'User'",
  },
];

/** Helper procedures of CloudStack's own schema upgrades. */
export const ROUTINES: readonly {
  readonly name: string;
  readonly parameters: string;
  readonly body: string;
}[] = [
  {
    name: 'IDEMPOTENT_ADD_COLUMN',
    parameters:
      'IN in_table_name VARCHAR(200), IN in_column_name VARCHAR(200), IN in_column_definition VARCHAR(1000)',
    body: "BEGIN\n  SET @ddl = CONCAT('ALTER TABLE ', in_table_name, ' ADD COLUMN ', in_column_name, ' ', in_column_definition);\n  PREPARE stmt FROM @ddl;\n  EXECUTE stmt;\n  DEALLOCATE PREPARE stmt;\nEND",
  },
  {
    name: 'IDEMPOTENT_DROP_FOREIGN_KEY',
    parameters: 'IN in_table_name VARCHAR(200), IN in_foreign_key_name VARCHAR(200)',
    body: "BEGIN\n  SET @ddl = CONCAT('ALTER TABLE ', in_table_name, ' DROP FOREIGN KEY ', in_foreign_key_name);\n  PREPARE stmt FROM @ddl;\n  EXECUTE stmt;\n  DEALLOCATE PREPARE stmt;\nEND",
  },
];
