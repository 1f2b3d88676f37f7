/** Which fields a record of each class has, by the release that added them (xapi App. B); nothing newer is ever shown. */
import type { Release } from '../profiles';

/** s string, e enum, i int64 (text on the wire), f double, b bool, d datetime, r reference, S set, m map. */
export type FieldKind = 's' | 'e' | 'i' | 'f' | 'b' | 'd' | 'r' | 'S' | 'm';

type Fields = Readonly<Partial<Record<Release, string>>>;

/** `name:kind` by class; the release is the first of ours that has the field. */
export const FIELDS = {
  pool: {
    '5.6':
      'uuid:s name_label:s name_description:s master:r default_SR:r suspend_image_SR:r crash_dump_SR:r other_config:m ha_enabled:b ha_configuration:m ha_statefiles:S ha_host_failures_to_tolerate:i ha_plan_exists_for:i ha_allow_overcommit:b ha_overcommitted:b blobs:m tags:S gui_config:m wlb_url:s wlb_username:s wlb_enabled:b wlb_verify_cert:b redo_log_enabled:b redo_log_vdi:r vswitch_controller:s restrictions:m',
    '6.0': 'metadata_VDIs:S',
    '7.0':
      'health_check_config:m ha_cluster_stack:s allowed_operations:S current_operations:m guest_agent_config:m cpu_info:m policy_no_vendor_device:b',
    '7.1': 'live_patching_disabled:b',
    '7.3': 'igmp_snooping_enabled:b',
    '8.1': 'uefi_certificates:s',
    '8.4':
      'tls_verification_enabled:b repositories:S client_certificate_auth_enabled:b client_certificate_auth_name:s repository_proxy_password:r repository_proxy_url:s repository_proxy_username:s migration_compression:b coordinator_bias:b telemetry_frequency:e telemetry_next_collection:d telemetry_uuid:r last_update_sync:d update_sync_day:i update_sync_enabled:b update_sync_frequency:e ext_auth_max_threads:i local_auth_max_threads:i custom_uefi_certificates:s recommendations:m ext_auth_cache_enabled:b ext_auth_cache_expiry:i ext_auth_cache_size:i',
  },
  host: {
    '5.6':
      'uuid:s name_label:s name_description:s memory_overhead:i allowed_operations:S current_operations:m API_version_major:i API_version_minor:i API_version_vendor:s API_version_vendor_implementation:m enabled:b software_version:m other_config:m capabilities:S cpu_configuration:m sched_policy:s supported_bootloaders:S resident_VMs:S logging:m PIFs:S suspend_image_sr:r crash_dump_sr:r crashdumps:S patches:S PBDs:S host_CPUs:S cpu_info:m hostname:s address:s metrics:r license_params:m ha_statefiles:S ha_network_peers:S blobs:m tags:S external_auth_type:s external_auth_service_name:s external_auth_configuration:m edition:s license_server:m bios_strings:m power_on_mode:s power_on_config:m',
    '5.6FP1': 'local_cache_sr:r',
    '6.0': 'chipset_info:m PCIs:S PGPUs:S',
    '6.1': 'guest_VCPUs_params:m',
    '7.0': 'ssl_legacy:b display:e virtual_hardware_platform_versions:S',
    '7.1': 'updates:S control_domain:r updates_requiring_reboot:S',
    '7.2': 'features:S',
    '7.3': 'PUSBs:S',
    '7.5': 'iscsi_iqn:s multipathing:b',
    '8.1': 'uefi_certificates:s',
    '8.2': 'certificates:S editions:S',
    '8.4':
      'pending_guidances:S tls_verification_enabled:b last_software_update:d https_only:b latest_synced_updates_applied:e numa_affinity_policy:e last_update_hash:s pending_guidances_full:S pending_guidances_recommended:S',
  },
  host_metrics: {
    '5.6': 'uuid:s memory_total:i memory_free:i live:b last_updated:d other_config:m',
  },
  VM: {
    '5.6':
      'uuid:s allowed_operations:S current_operations:m power_state:e name_label:s name_description:s user_version:i is_a_template:b suspend_VDI:r resident_on:r affinity:r memory_overhead:i memory_target:i memory_static_max:i memory_dynamic_max:i memory_dynamic_min:i memory_static_min:i VCPUs_params:m VCPUs_max:i VCPUs_at_startup:i actions_after_shutdown:e actions_after_reboot:e actions_after_crash:e consoles:S VIFs:S VBDs:S crash_dumps:S VTPMs:S PV_bootloader:s PV_kernel:s PV_ramdisk:s PV_args:s PV_bootloader_args:s PV_legacy_args:s HVM_boot_policy:s HVM_boot_params:m HVM_shadow_multiplier:f platform:m PCI_bus:s other_config:m domid:i domarch:s last_boot_CPU_flags:m is_control_domain:b metrics:r guest_metrics:r last_booted_record:s recommendations:s xenstore_data:m ha_always_run:b ha_restart_priority:s is_a_snapshot:b snapshot_of:r snapshots:S snapshot_time:d transportable_snapshot_id:s blobs:m tags:S blocked_operations:m snapshot_info:m snapshot_metadata:s parent:r children:S bios_strings:m appliance:r',
    '5.6FP1': 'protection_policy:r is_snapshot_from_vmpp:b',
    '6.0': 'start_delay:i shutdown_delay:i order:i VGPUs:S attached_PCIs:S suspend_SR:r version:i',
    '6.2': 'generation_id:s',
    '7.0': 'hardware_platform_version:i has_vendor_device:b',
    '7.1': 'is_default_template:b requires_reboot:b reference_label:s',
    '7.2': 'is_vmss_snapshot:b snapshot_schedule:r',
    '7.3': 'VUSBs:S',
    '7.4': 'domain_type:e',
    '8.0': 'NVRAM:m',
    '8.2': 'scheduled_to_be_resident_on:r',
    '8.4':
      'pending_guidances:S actions_after_softreboot:e pending_guidances_full:S pending_guidances_recommended:S groups:S',
  },
  Cluster_host: {
    '7.5':
      'uuid:s cluster:r host:r enabled:b joined:b allowed_operations:S current_operations:m other_config:m PIF:r',
  },
  VM_metrics: {
    '5.6':
      'uuid:s memory_actual:i VCPUs_number:i VCPUs_utilisation:m VCPUs_CPU:m VCPUs_params:m VCPUs_flags:m state:S start_time:d install_time:d last_updated:d other_config:m',
    '7.1': 'hvm:b nested_virt:b nomigrate:b',
    '7.4': 'current_domain_type:e',
  },
  VM_guest_metrics: {
    '5.6':
      'uuid:s os_version:m PV_drivers_version:m PV_drivers_up_to_date:b memory:m disks:m networks:m other:m last_updated:d other_config:m live:b',
    '7.0': 'can_use_hotplug_vbd:e can_use_hotplug_vif:e PV_drivers_detected:b',
    '8.4': 'netbios_name:m',
  },
  VBD: {
    '5.6':
      'uuid:s allowed_operations:S current_operations:m VM:r VDI:r device:s userdevice:s bootable:b mode:e type:e unpluggable:b storage_lock:b empty:b other_config:m currently_attached:b status_code:i status_detail:s runtime_properties:m qos_algorithm_type:s qos_algorithm_params:m qos_supported_algorithms:S metrics:r',
  },
  VDI: {
    '5.6':
      'uuid:s name_label:s name_description:s allowed_operations:S current_operations:m SR:r VBDs:S crash_dumps:S virtual_size:i physical_utilisation:i type:e sharable:b read_only:b other_config:m storage_lock:b location:s managed:b missing:b parent:r xenstore_data:m sm_config:m is_a_snapshot:b snapshot_of:r snapshots:S snapshot_time:d tags:S',
    '5.6FP1': 'allow_caching:b on_boot:e',
    '6.0': 'metadata_of_pool:r metadata_latest:b',
    '7.0': 'is_tools_iso:b',
    '7.3': 'cbt_enabled:b',
  },
  SR: {
    '5.6':
      'uuid:s name_label:s name_description:s allowed_operations:S current_operations:m VDIs:S PBDs:S virtual_allocation:i physical_utilisation:i physical_size:i type:s content_type:s shared:b other_config:m tags:S sm_config:m blobs:m',
    '5.6FP1': 'local_cache_enabled:b',
    '6.0': 'introduced_by:r',
    '7.0': 'clustered:b is_tools_sr:b',
  },
  PBD: {
    '5.6': 'uuid:s host:r SR:r device_config:m currently_attached:b other_config:m',
  },
  network: {
    '5.6':
      'uuid:s name_label:s name_description:s allowed_operations:S current_operations:m VIFs:S PIFs:S MTU:i other_config:m bridge:s blobs:m tags:S',
    '6.1': 'default_locking_mode:e',
    '6.5': 'assigned_ips:m',
    '7.2': 'managed:b',
    '7.3': 'purpose:S',
  },
  PIF: {
    '5.6':
      'uuid:s device:s network:r host:r MAC:s MTU:i VLAN:i metrics:r physical:b currently_attached:b ip_configuration_mode:e IP:s netmask:s gateway:s DNS:s bond_slave_of:r bond_master_of:S VLAN_master_of:r VLAN_slave_of:S management:b other_config:m disallow_unplug:b',
    '5.6FP1': 'tunnel_access_PIF_of:S tunnel_transport_PIF_of:S',
    '6.1': 'ipv6_configuration_mode:e IPv6:S ipv6_gateway:s primary_address_type:e',
    '6.5': 'managed:b properties:m',
    '7.0': 'capabilities:S',
    '7.3': 'igmp_snooping_status:e',
    '7.5': 'PCI:r sriov_logical_PIF_of:S sriov_physical_PIF_of:S',
  },
  VIF: {
    '5.6':
      'uuid:s allowed_operations:S current_operations:m device:s network:r VM:r MAC:s MTU:i other_config:m currently_attached:b status_code:i status_detail:s runtime_properties:m qos_algorithm_type:s qos_algorithm_params:m qos_supported_algorithms:S metrics:r MAC_autogenerated:b',
    '6.1': 'locking_mode:e ipv4_allowed:S ipv6_allowed:S',
    '7.0':
      'ipv4_configuration_mode:e ipv4_addresses:S ipv4_gateway:s ipv6_configuration_mode:e ipv6_addresses:S ipv6_gateway:s',
  },
  Bond: {
    '5.6': 'uuid:s master:r slaves:S other_config:m',
    '6.0': 'primary_slave:r mode:e',
    '6.1': 'properties:m links_up:i',
  },
  PCI: {
    '6.0':
      'uuid:s class_name:s vendor_name:s device_name:s host:r pci_id:s dependencies:S other_config:m subsystem_vendor_name:s subsystem_device_name:s',
  },
  task: {
    '5.6':
      'uuid:s name_label:s name_description:s allowed_operations:S current_operations:m created:d finished:d status:e resident_on:r progress:f type:s result:s error_info:S other_config:m subtask_of:r subtasks:S backtrace:s',
  },
  session: {
    '5.6':
      'uuid:s this_host:r this_user:r last_active:d pool:b other_config:m is_local_superuser:b subject:r validation_time:d auth_user_sid:s auth_user_name:s rbac_permissions:S tasks:S parent:r',
    '6.2': 'originator:s',
    '8.4': 'client_certificate:b',
  },
  message: {
    '5.6': 'uuid:s name:s priority:i cls:e obj_uuid:s timestamp:d body:s',
  },
  pool_patch: {
    '5.6':
      'uuid:s name_label:s name_description:s version:s size:i pool_applied:b host_patches:S after_apply_guidance:S other_config:m',
    '7.1': 'pool_update:r',
  },
  host_patch: {
    '5.6':
      'uuid:s name_label:s name_description:s version:s host:r applied:b timestamp_applied:d size:i pool_patch:r other_config:m',
  },
  pool_update: {
    '7.1':
      'uuid:s name_label:s name_description:s version:s installation_size:i key:s after_apply_guidance:S vdi:r hosts:S',
    '7.3': 'enforce_homogeneity:b other_config:m',
  },
  Repository: {
    '8.4': 'uuid:s name_label:s name_description:s binary_url:s source_url:s update:b hash:s gpgkey_path:s',
  },
} as const satisfies Readonly<Record<string, Fields>>;

export type XapiClass = keyof typeof FIELDS;
