/** Lines whose body depends on what is configured: the same runbook line, by us or by a person. */
import { hasSystemd, servicesOf } from '../domain/version-eras';
import { backUpDatabases } from '../steps/back-up-databases';
import { byHand } from '../steps/by-hand';
import { createTestNetwork } from '../steps/create-test-network';
import { createTestVm } from '../steps/create-test-vm';
import { removeTestNetwork } from '../steps/remove-test-network';
import { removeTestVm } from '../steps/remove-test-vm';
import { startServices } from '../steps/start-services';
import type { LineDraft } from '../steps/step';
import { stopServices } from '../steps/stop-services';
import { block, type ProcedureInput } from './procedure';

/** Seed 000, lines 2 to 4. Stopped services are never left in the middle of: one block. */
export function backUpCloudStack(input: ProcedureInput): readonly LineDraft[] {
  const servers = input.managementServers;
  const { version } = input.snapshot.cloudstack;
  if (!input.has.managementServers || !hasSystemd(version)) {
    const { management, usage, configuration, command } = servicesOf(version);
    return [
      byHand({
        title: 'Stop the CloudStack services, back up cloud and cloud_usage, start the services again',
        doThis: [
          `On every management server: ${command('stop', usage)}; ${command('stop', management)}`,
          'mysqldump --single-transaction --quick --routines --triggers --events --hex-blob --databases cloud cloud_usage > cloud.sql; see that it ends with “Dump completed”',
          `Copy ${configuration} with its key`,
          `On one management server: ${command('start', management)}; when CloudStack answers, start the others, then ${usage}`,
        ],
      }),
    ];
  }
  return block(
    'the CloudStack backup',
    stopServices({ servers }),
    backUpDatabases({ name: `xsupgrade-${input.planId}` }),
    startServices({ servers, zone: input.zoneId ?? '' }),
  );
}

/** Seed 000, last test: new networks and VMs are possible again. Made and removed. */
export function testNewVms(input: ProcedureInput): readonly LineDraft[] {
  const { smokeTest } = input;
  if (!smokeTest)
    return [
      byHand({
        title: 'Create a test network and a test VM in CloudStack, see it run, and remove both',
        doThis: [
          'New VMs were not possible while versions differed.',
          'In CloudStack: add a network and an instance in this cluster; see it Running; destroy and expunge it; delete the network.',
        ],
      }),
    ];
  const network = `xsupgrade-${input.planId}`;
  const name = `xsupgrade-${input.planId}-vm`;
  const whose = {
    ...(smokeTest.account !== undefined && { account: smokeTest.account }),
    ...(smokeTest.domainId !== undefined && { domainId: smokeTest.domainId }),
  };
  const zoneId = input.zoneId ?? '';
  return block(
    'the test VM',
    createTestNetwork({ name: network, offeringId: smokeTest.networkOfferingId, zoneId, ...whose }),
    createTestVm({
      name,
      network,
      templateId: smokeTest.templateId,
      offeringId: smokeTest.serviceOfferingId,
      zoneId,
      ...whose,
    }),
    removeTestVm({ name }),
    removeTestNetwork({ name: network }),
  );
}
