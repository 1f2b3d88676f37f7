/** New VMs, networks and ISOs: what the smoke test makes and removes again. */
import type { SimPool } from '../../model';
import {
  ADMIN,
  DOMAIN,
  ISOS,
  NETWORK_OFFERINGS,
  OS_TYPE,
  SERVICE_OFFERINGS,
  TEMPLATES,
  ZONE,
} from '../catalogue';
import { openPools } from '../placement';
import { failed, invalid, noCapacity, type Refusal } from '../refusal';
import { type CloudStackSide, idOf, isKnown, type KnownVm, type Row, type SimNetwork, vmsOf } from '../side';
import { start } from '../vm-operations';
import { type AsyncCommand, type Call, type Command, list, page, row } from './command';
import { destroy, ofVm, resultOf } from './vm-actions';

const networkRow = (network: SimNetwork): Row =>
  row({
    id: network.id,
    name: network.name,
    displaytext: network.displayText,
    networkofferingid: network.offeringId,
    zoneid: ZONE.id,
    zonename: ZONE.name,
    state: network.state,
    type: 'Isolated',
    account: network.account,
    domainid: DOMAIN.id,
    domain: DOMAIN.name,
    traffictype: 'Guest',
    restartrequired: false,
  });

const networkBy = ({ side, params }: Call, name: string): SimNetwork | undefined =>
  side.networks.find((network) => network.id === params.text(name));

const listNetworks = list(
  'listNetworks',
  'network',
  'Lists guest networks.',
  'id:network zoneid:zone account domainid:uuid projectid:uuid listall:boolean isrecursive:boolean type',
  (call) => {
    const one = networkBy(call, 'id');
    const keyword = call.params.text('keyword');
    const shown = call.side.networks
      .filter((network) => one === undefined || network === one)
      .filter(
        (network) => call.params.flag('listall') || one !== undefined || network.account === ADMIN.account,
      )
      .filter((network) => keyword === undefined || network.name.includes(keyword));
    return page(call, 'network', shown.map(networkRow));
  },
);

const createNetwork: Command = {
  name: 'createNetwork',
  description: 'Creates a guest network.',
  takes: 'name! displaytext! networkofferingid!:uuid zoneid!:zone account domainid:uuid projectid:uuid',
  answers: 'network',
  mutates: true,
  run: ({ side, params }) => {
    const offering = NETWORK_OFFERINGS.find((one) => one.id === params.text('networkofferingid'));
    if (!offering) throw invalid('Unable to find network offering by specified id');
    const dbId = side.nextId();
    const network: SimNetwork = {
      id: side.profile.isOfThe2 ? String(dbId) : idOf('network', String(dbId)),
      dbId,
      name: params.text('name')!,
      displayText: params.text('displaytext')!,
      offeringId: offering.id,
      account: params.text('account') ?? ADMIN.account,
      state: 'Allocated',
    };
    side.networks.push(network);
    return { network: networkRow(network) };
  },
};

const deleteNetwork: Command = {
  name: 'deleteNetwork',
  description: 'Deletes a guest network that no VM uses.',
  takes: 'id!:network forced:boolean',
  answers: 'success',
  mutates: true,
  begin: (call) => {
    const network = networkBy(call, 'id')!;
    return {
      instanceType: 'Network',
      instanceId: network.id,
      on: network.name,
      work: (finish) => {
        if ([...call.side.networkOf.values()].includes(network.id)) throw failed('Failed to delete network');
        call.side.networks.splice(call.side.networks.indexOf(network), 1);
        finish({ success: true });
      },
    };
  },
};

/** The VM exists from the moment the call is answered; its start is the job. */
const deployVirtualMachine: Command = {
  name: 'deployVirtualMachine',
  description: 'Creates a VM from a template and starts it.',
  takes:
    'zoneid!:zone serviceofferingid!:uuid templateid!:uuid networkids:list name displayname hostid:host account domainid:uuid projectid:uuid startvm:boolean hypervisor userdata keypair',
  answers: 'virtualmachine',
  mutates: true,
  begin: (call) => {
    const { side, params } = call;
    const offering = SERVICE_OFFERINGS.find((one) => one.id === params.text('serviceofferingid'));
    if (!offering) throw invalid(`Unable to find service offering: ${params.text('serviceofferingid')}`);
    if (!TEMPLATES.some((one) => one.id === params.text('templateid')))
      throw invalid(`Unable to use template ${params.text('templateid')}`);
    const network = side.networks.find((one) => params.words('networkids').includes(one.id));
    if (params.words('networkids').length > 0 && !network) throw invalid('Unable to find network by id');
    const host = params.host('hostid');
    const pool = host?.pool ?? openPools(side)[0];
    if (!pool) throw noCapacity('Unable to create a deployment: no cluster takes new VMs');
    const vm = createVm(call, pool, offering.memoryMib);
    if (network) side.networkOf.set(vm.name, network.id);
    return {
      id: vm.cs.id,
      ...ofVm(vm, (finish, token) =>
        start(side, vm, host ? { host } : {}, token, (refusal) => {
          if (refusal) {
            vm.cs.state = 'Error';
            return finish(refusal);
          }
          if (network) network.state = 'Implemented';
          finish(resultOf(side, vm));
        }),
      ),
    };
  },
};

function createVm({ side, params }: Call, pool: SimPool, memoryMib: number): KnownVm {
  const dbId = 1000 + side.nextId();
  const name = `i-2-${dbId}-VM`;
  const vm = side.xapi.createVm(pool, { name, kind: 'guest', memoryMib });
  vm.cs = {
    id: side.profile.isOfThe2 ? String(dbId) : idOf('vm', name),
    dbId,
    displayName: params.text('displayname') ?? params.text('name') ?? name,
    account: params.text('account') ?? ADMIN.account,
    domain: DOMAIN.name,
    state: 'Stopped',
    haEnabled: false,
    hostTags: [],
    apart: [],
  };
  if (!pool.vms.includes(vm)) pool.vms.push(vm);
  if (!isKnown(vm)) throw failed(`Unable to create ${name}`);
  return vm;
}

const finishDestroy =
  (finish: Parameters<ReturnType<AsyncCommand['begin']>['work']>[0], result: () => Row) =>
  (refusal?: Refusal): void =>
    finish(refusal ?? result());

const destroyVirtualMachine: Command = {
  name: 'destroyVirtualMachine',
  description: 'Destroys a VM; with expunge it is gone at once.',
  takes: 'id!:vm expunge:boolean',
  answers: 'virtualmachine',
  mutates: true,
  begin: ({ side, params }) => {
    const vm = params.vm('id')!;
    return ofVm(vm, (finish, token) =>
      destroy(
        side,
        vm,
        params.flag('expunge'),
        token,
        finishDestroy(finish, () => resultOf(side, vm)),
      ),
    );
  },
};

const expungeVirtualMachine: Command = {
  name: 'expungeVirtualMachine',
  description: 'Removes a destroyed VM for good.',
  takes: 'id!:vm',
  answers: 'success',
  mutates: true,
  begin: ({ side, params }) => {
    const vm = params.vm('id')!;
    return ofVm(vm, (finish, token) => {
      if (vm.cs.state !== 'Destroyed' && vm.cs.state !== 'Error')
        throw invalid('Please destroy vm with specified id before expunging it');
      destroy(
        side,
        vm,
        true,
        token,
        finishDestroy(finish, () => ({ success: true })),
      );
    });
  },
};

const isoRow = (id: string, name: string): Row => ({
  id,
  name,
  displaytext: name,
  ispublic: true,
  isready: true,
  bootable: true,
  ostypeid: OS_TYPE.id,
  zoneid: ZONE.id,
  account: ADMIN.account,
});

/** The catalogue's ISOs and whatever is in some VM's drive. */
function isosOf(side: CloudStackSide): readonly { readonly id: string; readonly name: string }[] {
  const inserted = vmsOf(side).flatMap((vm) =>
    vm.cs.isoId === undefined ? [] : [{ id: vm.cs.isoId, name: vm.cd?.name ?? vm.cs.isoId }],
  );
  const all = [...inserted, ...ISOS];
  return all.filter((iso, i) => all.findIndex((other) => other.id === iso.id) === i);
}

const listIsos = list(
  'listIsos',
  'iso',
  'Lists ISOs.',
  'id:uuid name isofilter zoneid:zone listall:boolean',
  (call) => {
    const wanted = call.params.text('id');
    const shown = isosOf(call.side).filter((iso) => wanted === undefined || iso.id === wanted);
    return page(
      call,
      'iso',
      shown.map((iso) => isoRow(iso.id, iso.name)),
    );
  },
);

const attachIso: Command = {
  name: 'attachIso',
  description: "Puts an ISO into a VM's drive.",
  takes: 'id!:uuid virtualmachineid!:vm',
  answers: 'virtualmachine',
  mutates: true,
  begin: ({ side, params }) => {
    const vm = params.vm('virtualmachineid')!;
    const iso = isosOf(side).find((one) => one.id === params.text('id'));
    if (!iso) throw invalid('Unable to find an ISO with id ' + params.text('id'));
    return ofVm(vm, (finish) => {
      if (vm.cs.isoId !== undefined) throw invalid('The specified VM already has an ISO attached to it.');
      const library = vm.pool.srs.find((sr) => sr.type === 'iso');
      vm.cs.isoId = iso.id;
      vm.cd = { vbd: idOf('vbd', vm.name), sr: library?.uuid ?? '', name: iso.name, byCloudStack: true };
      finish(resultOf(side, vm));
    });
  },
};

const detachIso: Command = {
  name: 'detachIso',
  description: "Takes the ISO out of a VM's drive.",
  takes: 'virtualmachineid!:vm',
  answers: 'virtualmachine',
  mutates: true,
  begin: ({ side, params }) => {
    const vm = params.vm('virtualmachineid')!;
    return ofVm(vm, (finish) => {
      if (vm.cs.isoId === undefined) throw invalid('The specified VM has no ISO attached to it.');
      side.xapi.ejectCd(vm);
      delete vm.cs.isoId;
      finish(resultOf(side, vm));
    });
  },
};

export const DEPLOYMENT_COMMANDS: readonly Command[] = [
  listNetworks,
  createNetwork,
  deleteNetwork,
  deployVirtualMachine,
  destroyVirtualMachine,
  expungeVirtualMachine,
  listIsos,
  attachIso,
  detachIso,
];
