/** The API as clients see it: envelopes, errors, jobs, paging (cs §2.3 to §2.6). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callCloudStack } from '../../../src/sim/cloudstack/call';
import { ADMIN } from '../../../src/sim/cloudstack/catalogue';
import { startManagement, stopManagement } from '../../../src/sim/cloudstack/services';
import { makeWorld, signed, type World } from './cloudstack-world';

const json = (answer: { body: string }): unknown => JSON.parse(answer.body);
const manyVms = (count: number) => ({
  pools: [
    {
      name: 'pool-a',
      vms: Array.from({ length: count }, (_none, i) => ({ name: `i-2-${i + 1}-VM`, memoryMib: 1 })),
    },
  ],
});
const UNAUTHORIZED = 'unable to verify user credentials and/or request signature';

describe('signatures', () => {
  const send = (world: World, params: Record<string, string>) =>
    callCloudStack(world.side, world.cloud.managementServers[0]!, {
      method: 'GET',
      url: `/client/api?${new URLSearchParams(params).toString()}`,
    });

  test('the order to sign in is that of the names as sent, and ~ is encoded while * is not', async () => {
    const world = makeWorld();
    for (const name of ['a~b', "xs 1*(a)'b!", 'ünï 漢', 'a/b+c=d&e%'])
      expect((await world.raw({ command: 'listHosts', response: 'json', name })).status).toBe(200);
    const { vectors } = JSON.parse(
      readFileSync(join(__dirname, '../../support/cloudstack-signing-vectors.json'), 'utf8'),
    ) as { vectors: { params: Record<string, string> }[] };
    // The vectors' own keys are not those of this cloud; their parameters, signed with ours, must pass.
    for (const { params } of vectors) {
      const { apiKey: _theirs, ...rest } = params;
      expect((await world.raw(rest)).status).not.toBe(401);
    }
  });

  test.each([
    ['a wrong secret', (params: Record<string, string>) => signed(params, 'wrong')],
    ['another key', (params: Record<string, string>) => signed({ ...params, apiKey: 'nobody' })],
    [
      'past expires',
      (params: Record<string, string>) => signed({ ...params, expires: '2020-01-01T00:00:00+0000' }),
    ],
    ['expires that is no date', (params: Record<string, string>) => signed({ ...params, expires: 'soon' })],
    ['no signature', (params: Record<string, string>) => ({ ...signed(params), signature: '' })],
    ['a value changed after signing', (params: Record<string, string>) => ({ ...signed(params), name: 'x' })],
    ['no key at all', (params: Record<string, string>) => params],
  ])('%s is 401 with the one text', async (_what, sign) => {
    const answer = await send(makeWorld(), sign({ command: 'listHosts', response: 'json', name: 'host-1' }));
    expect(answer.status).toBe(401);
    expect(json(answer)).toEqual({
      listhostsresponse: expect.objectContaining({ uuidList: [], errorcode: 401, errortext: UNAUTHORIZED }),
    });
    expect(answer.headers['x-description']).toBe(UNAUTHORIZED);
  });

  test.each(['+0000', 'Z', '+00:00'])('expires may end in %s', async (zone) => {
    const expires = new Date(Date.now() + 60_000).toISOString().replace(/\.\d+Z/, zone);
    expect((await makeWorld().raw({ command: 'listZones', response: 'json', expires })).status).toBe(200);
  });

  test('body and query are one request, and the query wins', async () => {
    const world = makeWorld();
    const params = signed({ command: 'listHosts', response: 'json', name: 'host-1' });
    const { name, ...rest } = params;
    const answer = await callCloudStack(world.side, world.cloud.managementServers[0]!, {
      method: 'POST',
      url: `/client/api?name=${name}`,
      body: new URLSearchParams({ ...rest, name: 'other' }).toString(),
    });
    expect(json(answer)).toMatchObject({ listhostsresponse: { count: 1 } });
  });
});

describe('envelopes', () => {
  test('a list has count and array; an empty one neither; past the end only count', async () => {
    const world = makeWorld();
    const all = json(await world.raw({ command: 'listHosts', response: 'json', type: 'Routing' }));
    expect(all).toMatchObject({ listhostsresponse: { count: 3, host: [{ name: 'host-1' }, {}, {}] } });
    expect(json(await world.raw({ command: 'listHosts', response: 'json', name: 'none' }))).toEqual({
      listhostsresponse: {},
    });
    const past = { command: 'listHosts', response: 'json', type: 'Routing', page: '9', pagesize: '10' };
    expect(json(await world.raw(past))).toEqual({ listhostsresponse: { count: 3 } });
  });

  test('one object stands under its own name', async () => {
    const answer = await makeWorld().raw({ command: 'listCapabilities', response: 'json' });
    expect(json(answer)).toMatchObject({
      listcapabilitiesresponse: { capability: { cloudstackversion: '4.11.3.0' } },
    });
  });

  test('synchronous success is the string "true" in 4.11.3', async () => {
    const world = makeWorld();
    const hostid = world.host('host-1').cs.id;
    const params = {
      command: 'updateHostPassword',
      response: 'json',
      hostid,
      username: 'root',
      password: 'x',
    };
    expect(json(await world.raw(params))).toEqual({ updatehostpasswordresponse: { success: 'true' } });
  });

  test('without response=json the answer is XML', async () => {
    const answer = await makeWorld().raw({ command: 'listZones' });
    expect(answer.headers['content-type']).toMatch(/^text\/xml/);
    expect(answer.body).toMatch(/^<\?xml .*<listzonesresponse><count>1<\/count><zone><id>/);
  });

  test('an unknown command with a key is the 401 of a bad signature, under errorresponse', async () => {
    const answer = await makeWorld().raw({ command: 'listDragons', response: 'json' });
    expect(answer.status).toBe(401);
    expect(json(answer)).toMatchObject({ errorresponse: { errortext: UNAUTHORIZED } });
  });

  test('no command is 432', async () => {
    const answer = await makeWorld().raw({ response: 'json' });
    expect(answer.status).toBe(432);
    expect(json(answer)).toMatchObject({ errorresponse: { errortext: 'Invalid request, no command sent' } });
  });

  test('login is answered, with 531', async () => {
    const world = makeWorld();
    const answer = await callCloudStack(world.side, world.cloud.managementServers[0]!, {
      method: 'POST',
      url: '/client/api',
      body: 'command=login&username=bob&password=x&response=json',
    });
    expect(answer.status).toBe(531);
    expect(answer.body).toContain(
      'Failed to authenticate user bob in domain 1; please provide valid credentials',
    );
  });

  test('a control character is 431 and named', async () => {
    const answer = await makeWorld().raw({ command: 'listHosts', response: 'json', name: 'a\u0007b' });
    expect(answer.status).toBe(431);
    expect(answer.body).toContain(
      'Received value containing illegal ASCII non-printable characters for parameter name',
    );
  });

  test('a missing parameter and a value of the wrong type are 431, in words', async () => {
    const world = makeWorld();
    expect(await world.ask('updateHost')).toMatchObject({
      errorcode: 431,
      cserrorcode: 4350,
      errortext: 'Unable to execute API command updatehost due to missing parameter id',
    });
    expect((await world.ask('listHosts', { page: 'x', pagesize: '5' }))['errortext']).toBe(
      'Unable to execute API command listhosts due to invalid value x for parameter page',
    );
  });

  test('a parameter that it does not know is ignored without a word', async () => {
    expect((await makeWorld().ask('listZones', { hostId: 'typo' }))['count']).toBe(1);
  });

  test('ids may be the numbers of the database', async () => {
    const world = makeWorld();
    const answer = await world.ask('listHosts', { id: String(world.host('host-2').cs.dbId) });
    expect(answer).toMatchObject({ count: 1, host: [{ name: 'host-2' }] });
  });

  test('details=min leaves versions out; last ping is a date in 1970', async () => {
    const world = makeWorld();
    const min = await world.ask('listHosts', { details: 'min', name: 'host-1' });
    expect(min['host']).toEqual([expect.not.objectContaining({ hypervisorversion: expect.anything() })]);
    const all = await world.ask('listHosts', { name: 'host-1' });
    expect(all['host']).toEqual([
      expect.objectContaining({ hypervisorversion: '6.5.0', lastpinged: expect.stringMatching(/^1970-01-/) }),
    ]);
  });

  test('listApis describes every command with its typed parameters, itself too', async () => {
    const { api } = (await makeWorld().ask('listApis')) as unknown as {
      api: { name: string; isasync: boolean; params: object[] }[];
    };
    expect(api.length).toBeGreaterThanOrEqual(60);
    expect(api.map((one) => one.name)).toEqual(expect.arrayContaining(['listApis', 'expungeVirtualMachine']));
    expect(api.find((one) => one.name === 'prepareHostForMaintenance')).toMatchObject({
      isasync: true,
      params: [{ name: 'id', type: 'uuid', required: true }],
    });
    expect(api.map((one) => one.name)).not.toContain('listManagementServers');
  });
});

describe('async jobs', () => {
  test('are pending with code 0 and no result, then carry the object', async () => {
    const world = makeWorld();
    const accepted = await world.ask('prepareHostForMaintenance', { id: world.host('host-2').cs.id });
    const jobid = accepted['jobid'] as string;
    const pending = await world.ask('queryAsyncJobResult', { jobid });
    expect(pending).toMatchObject({ jobstatus: 0, jobresultcode: 0, jobinstancetype: 'Host' });
    expect(pending).not.toHaveProperty('jobresult');
    expect((await world.ask('listAsyncJobs', { listall: 'true' }))['asyncjobs']).toHaveLength(1);
    world.pass(1);
    expect(await world.ask('queryAsyncJobResult', { jobid })).toMatchObject({
      jobstatus: 1,
      cmd: expect.stringMatching(/PrepareForMaintenanceCmd$/),
      jobresult: { host: { resourcestate: 'PrepareForMaintenance' } },
    });
    expect(await world.ask('listAsyncJobs', { listall: 'true' })).toEqual({ status: 200 });
  });

  test('a failed one has the code twice and the text in its result', async () => {
    const world = makeWorld();
    expect(await world.job('cancelHostMaintenance', { id: world.host('host-2').cs.id })).toMatchObject({
      jobstatus: 2,
      jobresultcode: 530,
      jobresult: { errorcode: 530, errortext: expect.stringContaining('Cannot perform cancelMaintenance') },
    });
  });

  test('one cut off by a stop of the server is pending until the start, then failed without a result', async () => {
    const world = makeWorld();
    const { jobid } = (await world.ask('migrateVirtualMachine', {
      virtualmachineid: world.vm('i-2-10-VM').cs!.id,
      hostid: world.host('host-2').cs.id,
    })) as { jobid: string };
    world.pass(10);
    const server = world.cloud.managementServers[0]!;
    stopManagement(world.side, server, 'test');
    expect(world.rules()).toEqual(['management-stopped-while-busy']);
    world.pass(60);
    // XAPI is done meanwhile, and nobody was there to hear it.
    expect(world.vm('i-2-10-VM').on).toBe('host-2');
    expect(world.side.jobs[0]!.status).toBe(0);
    expect(world.vm('i-2-10-VM').cs!.state).toBe('Migrating');
    startManagement(world.side, server);
    world.pass(46);
    const job = await world.ask('queryAsyncJobResult', { jobid });
    expect(job).toMatchObject({ jobstatus: 2, jobresultcode: 530 });
    expect(job).not.toHaveProperty('jobresult');
    world.pass(300);
    // The power sync finds the VM where it is.
    expect(world.vm('i-2-10-VM').cs).toMatchObject({ state: 'Running', on: 'host-2' });
  });

  test('work that died with its server does not keep the VM busy for ever', async () => {
    const world = makeWorld();
    world.xapi.migrationSeconds = 1e6;
    await world.ask('migrateVirtualMachine', {
      virtualmachineid: world.vm('i-2-10-VM').cs!.id,
      hostid: world.host('host-2').cs.id,
    });
    world.pass(10);
    stopManagement(world.side, world.cloud.managementServers[0]!, 'test');
    startManagement(world.side, world.cloud.managementServers[0]!);
    delete world.vm('i-2-10-VM').operation;
    world.pass(500);
    expect(world.vm('i-2-10-VM').cs).toMatchObject({ state: 'Running', on: 'host-1' });
    expect(
      (await world.job('stopVirtualMachine', { id: world.vm('i-2-10-VM').cs!.id }, 30))['jobstatus'],
    ).toBe(1);
  });

  test('power reports leave a VM alone while an operation on it is in hand', async () => {
    const world = makeWorld();
    world.xapi.migrationSeconds = 600;
    await world.ask('migrateVirtualMachine', {
      virtualmachineid: world.vm('i-2-10-VM').cs!.id,
      hostid: world.host('host-2').cs.id,
    });
    world.pass(500);
    expect(world.vm('i-2-10-VM').cs).toMatchObject({ state: 'Migrating', on: 'host-2' });
  });

  test('an unknown id is 431 with the value named, and so is one a day after its end', async () => {
    const world = makeWorld();
    expect((await world.ask('queryAsyncJobResult', { jobid: 'nope' }))['errortext']).toMatch(
      /Invalid parameter jobid value=nope/,
    );
    const { jobid } = (await world.ask('cancelHostMaintenance', { id: world.host('host-2').cs.id })) as {
      jobid: string;
    };
    world.pass(86_500);
    expect((await world.ask('queryAsyncJobResult', { jobid }))['errorcode']).toBe(431);
  });

  test('a second operation on a VM waits for the first, it does not fail', async () => {
    const world = makeWorld();
    const id = world.vm('i-2-10-VM').cs!.id;
    const first = (await world.ask('migrateVirtualMachine', {
      virtualmachineid: id,
      hostid: world.host('host-2').cs.id,
    })) as { jobid: string };
    const second = (await world.ask('stopVirtualMachine', { id })) as { jobid: string };
    world.pass(10);
    expect(world.side.jobs.map((job) => job.status)).toEqual([0, 0]);
    world.pass(30);
    for (const { jobid } of [first, second])
      expect((await world.ask('queryAsyncJobResult', { jobid }))['jobstatus']).toBe(1);
    expect(world.vm('i-2-10-VM').cs).toMatchObject({ state: 'Stopped', lastOn: 'host-2' });
  });
});

describe('paging', () => {
  const texts: readonly [Record<string, string>, string][] = [
    [{ pagesize: '10' }, '"page" parameter is required when "pagesize" is specified'],
    [{ page: '1' }, '"pagesize" parameter is required when "page" is specified'],
    [{ page: '1', pagesize: '501' }, "Page size can't exceed max allowed page size value: 500"],
    [{ page: '1', pagesize: '-1' }, "Can't specify page parameter when pagesize is -1 (Unlimited)"],
  ];
  test.each(texts)('%j is refused: %s', async (params, text) => {
    expect(await makeWorld().ask('listHosts', params)).toMatchObject({ errorcode: 431, errortext: text });
  });

  test('without a page the first 500 come and count says 600; -1 brings all', async () => {
    const world = makeWorld(manyVms(600));
    const first = await world.ask('listVirtualMachines', { listall: 'true' });
    expect([first['count'], (first['virtualmachine'] as object[]).length]).toEqual([600, 500]);
    const all = await world.ask('listVirtualMachines', { listall: 'true', pagesize: '-1' });
    expect(all['virtualmachine']).toHaveLength(600);
    const second = await world.ask('listVirtualMachines', { listall: 'true', page: '2', pagesize: '500' });
    expect(second['virtualmachine']).toHaveLength(100);
  });

  test('projectid=-1 shows project VMs and nothing else; without it none of them; without listall only our own', async () => {
    const world = makeWorld();
    world.vm('i-2-10-VM').cs!.account = 'project:shop';
    world.vm('i-2-11-VM').cs!.account = ADMIN.account;
    const names = async (params: Record<string, string>): Promise<unknown[]> => {
      const answer = await world.ask('listVirtualMachines', params);
      return ((answer['virtualmachine'] ?? []) as { instancename: string }[]).map((vm) => vm.instancename);
    };
    expect(await names({ listall: 'true', projectid: '-1' })).toEqual(['i-2-10-VM']);
    expect(await names({ listall: 'true' })).toHaveLength(7);
    expect(await names({})).toEqual(['i-2-11-VM']);
  });
});
