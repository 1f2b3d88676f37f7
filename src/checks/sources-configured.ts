/** A source that nobody configured becomes a question with the command to run, never silence. */
import { defineCheck, found } from './check';

export const sourcesConfigured = defineCheck({
  name: 'sources-configured',
  summary: 'CloudStack’s database, dom0 and the management servers can be looked at; else a person does.',
  source: 'cs §10.5 and §12.2',
  look: (pool, _target, { configured }) => [
    ...(configured.database
      ? []
      : [
          found(
            'question',
            pool.name,
            'CloudStack’s database is not configured: is no HA work and no host transfer open?',
            ['only jobs and VM states that the API shows were looked at'],
            "Run on the database server: mysql cloud -e \"SELECT id, instance_id, type, step FROM op_ha_work WHERE step NOT IN ('Done','Cancelled','Error'); SELECT * FROM op_host_transfer\"",
            'Both must be empty. Or set cloudstackDb in pools.yaml.',
          ),
        ]),
    ...(configured.dom0
      ? []
      : [
          found(
            'question',
            pool.name,
            'SSH to the hosts is not configured: a person looks at CloudStack’s agent files after each boot.',
            [],
            'Run on each host when its line asks: ls -l --full-time /opt/cloud/bin; cat /opt/cloud/bin/heartbeat; pgrep -fl xenheartbeat.sh; date',
            'Or set ssh for the hosts in pools.yaml.',
          ),
        ]),
    ...(configured.managementServers
      ? []
      : [
          found(
            'question',
            pool.name,
            'SSH to the management servers is not configured: a person stops the services and backs up the databases.',
            [],
            'Run when the line asks: systemctl stop cloudstack-usage cloudstack-management; mysqldump --single-transaction --routines --databases cloud cloud_usage > FILE',
            'Or set managementServers in pools.yaml.',
          ),
        ]),
  ],
});
