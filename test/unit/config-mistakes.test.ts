/** A configuration that cannot be used: each mistake has its sentence, with the key, what is wrong and an example. */
import { DOT_ENV, FINGERPRINT, HOST_KEY, problemsIn, sentences, UUID, YAML } from '../support/config-sample';

describe('a mistake in pools.yaml is named by its key, with what is wrong and an example:', () => {
  const change = (from: string, to: string): string => {
    if (!YAML.includes(from)) throw new Error(`the sample does not hold ${from}`);
    return YAML.replace(from, to);
  };
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    [
      'a missing key',
      change('    channel: C0123ABCD\n', ''),
      'pools.pool-a.channel is missing',
      /channel: C/,
    ],
    [
      'a misspelt key',
      change('channel: C0123ABCD', 'chanel: C0123ABCD'),
      'pools.pool-a.chanel is not a key that is known here; did you mean channel?',
      /channel: C/,
    ],
    [
      'a version without quotes',
      change("target: '7.1.2'", 'target: 7.1'),
      'pools.pool-a.target is read by YAML as a number; put it in quotes',
      /target: '7\.1\.2'/,
    ],
    [
      'a wrong address',
      change('https://127.0.0.1:4431/', 'host-1'),
      'pools.pool-a.hosts[0].address is not a web address',
      /https:/,
    ],
    [
      'a wrong fingerprint',
      change(FINGERPRINT, 'ab:cd'),
      'pools.pool-a.hosts[0].fingerprint is not a SHA-256 fingerprint',
      /openssl/,
    ],
    [
      'a wrong host key',
      change(HOST_KEY, 'ssh-rsa AAAA'),
      'cloudstacks.cloud-1.managementServers[0].ssh.hostKey is not',
      /ssh-keyscan/,
    ],
    ['a wrong uuid', change(UUID(1), 'host-1'), 'pools.pool-a.hosts[0].uuid is not a uuid', /xe host-list/],
    ['a port that is none', change('port: 2201', 'port: 0'), 'ssh.port must be at least 1', /port: 22/],
    [
      'an unknown role',
      change('approver:', 'approvers:'),
      'pools.pool-a.roles.approvers is not a key that is known here; did you mean approver?',
      /approver:/,
    ],
    [
      'a name where an id belongs',
      change('[U0000000A]', '[alice]'),
      'pools.pool-a.roles.approver[0] is neither a Slack user id nor subteam:ID',
      /subteam:/,
    ],
    [
      'a channel by name',
      change('C0123ABCD', "'#ops'"),
      'pools.pool-a.channel is not a Slack channel id',
      /C0123ABCD/,
    ],
    [
      'no hosts',
      YAML.replace(/hosts:\n( {6}- .*\n)+/, 'hosts: []\n'),
      'pools.pool-a.hosts is an empty list',
      /host-1/,
    ],
    [
      'a cloud that is not there',
      change('cloudstack: cloud-1', 'cloudstack: cloud-2'),
      'names cloud-2, which is not under cloudstacks (there: cloud-1)',
      /cloud-1/,
    ],
    [
      'one host twice',
      change(UUID(2), UUID(1)),
      'pools.pool-a.hosts[1].uuid is the uuid of host-1 in pool-a already',
      /xe host-list/,
    ],
    [
      'one name twice',
      change('name: host-2', 'name: host-1'),
      'pools.pool-a.hosts[1].name is the name of hosts[0] already',
      /host-1/,
    ],
    [
      'all hosts away at once',
      change('    channel:', '    maxDown: 2\n    channel:'),
      'pools.pool-a.maxDown would let all 2 hosts be away at once',
      /maxDown: 1/,
    ],
    [
      'a yes that is text',
      change('    channel:', "    selfApproval: 'yes'\n    channel:"),
      'pools.pool-a.selfApproval must be true or false',
      /selfApproval: false/,
    ],
    ['no YAML at all', change('pools:', 'pools: ]'), 'pools.yaml: line 9 is not YAML', /indentation/],
    [
      'a login that is missing',
      change('    ssh: { user: root, passwordEnv: MANAGEMENT_SSH_PASSWORD }\n', ''),
      'cloudstacks.cloud-1.ssh is missing',
      /MANAGEMENT_SSH_PASSWORD/,
    ],
  ];

  test.each(cases)('%s', (_name, yaml, wrong, example) => {
    const problems = problemsIn(yaml);

    expect(sentences(problems)).toContain(wrong);
    expect(problems.flatMap(({ doThis }) => doThis).join('\n')).toMatch(example);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['CONFIG_INVALID']));
  });

  test('ten of them at once are ten sentences', () => {
    const yaml = YAML.replace('C0123ABCD', "'#ops'")
      .replace("target: '7.1.2'", 'target: 7.1')
      .replace(FINGERPRINT, 'ab')
      .replace(UUID(1), 'x')
      .replace('https://127.0.0.1:4432', 'y')
      .replace('[U0000000A]', '[alice]')
      .replace('port: 2201', 'port: 70000')
      .replace('canaryVm: i-2-10-VM', 'canaryVM: i-2-10-VM')
      .replace('alice: U0000000A', 'alice: bob')
      .replace('slackUserGroup: S0123ABCD', 'slackUserGroup: ops');

    expect(problemsIn(yaml)).toHaveLength(10);
  });
});

describe('a mistake in the variables is named as well:', () => {
  test.each([
    [
      'a variable that is named and not set',
      DOT_ENV.replace(/XAPI_PASSWORD=.*/, ''),
      'pools.pool-a.xapi.passwordEnv names XAPI_PASSWORD, which is not set',
    ],
    [
      'half of Slack',
      DOT_ENV.replace(/SLACK_APP_TOKEN=.*/, ''),
      'SLACK_APP_TOKEN is not set while SLACK_BOT_TOKEN is',
    ],
    ['the tokens swapped', DOT_ENV.replace('xapp-1', 'xoxb-2'), 'SLACK_APP_TOKEN is not an app-level token'],
    [
      'a misspelt variable',
      `${DOT_ENV}LOG_LEVL=debug`,
      '.env: LOG_LEVL is not read by anything; did you mean LOG_LEVEL?',
    ],
    ['a line that is none', `${DOT_ENV}just words`, '.env: line 10 is not KEY=value'],
    ['a level that is none', `${DOT_ENV}LOG_LEVEL=loud`, 'LOG_LEVEL is none of trace'],
    [
      'a database that is none',
      `${DOT_ENV}XSUPGRADE_DATABASE_URL=postgres://x/y`,
      'XSUPGRADE_DATABASE_URL does not begin with mysql://',
    ],
    [
      'a database without a name',
      `${DOT_ENV}XSUPGRADE_DATABASE_URL=mysql://me@db`,
      'XSUPGRADE_DATABASE_URL names no database',
    ],
    [
      'a port that is none',
      `${DOT_ENV}XSUPGRADE_HEALTH_PORT_BOT=http`,
      'XSUPGRADE_HEALTH_PORT_BOT is not a port',
    ],
  ])('%s', (_name, dotEnv, wrong) => {
    expect(sentences(problemsIn(YAML, dotEnv))).toContain(wrong);
  });
});

describe('nothing secret may stand in pools.yaml:', () => {
  test.each([
    [
      'a password',
      YAML.replace('    channel:', '    xapi: { user: root, password: hunter2 }\n    channel:'),
      'pools.pool-a.xapi.password',
    ],
    ['an API key', YAML.replace('    db:', '    apiKey: hunter2\n    db:'), 'cloudstacks.cloud-1.apiKey'],
    [
      'a token as a value',
      YAML.replace('canaryVm: i-2-10-VM', 'canaryVm: xoxb-hunter2'),
      'pools.pool-a.canaryVm',
    ],
    [
      'a password inside an address',
      YAML.replace('http://127.0.0.1:8080', 'http://me:hunter2@127.0.0.1:8080'),
      'cloudstacks.cloud-1.url',
    ],
  ])('%s', (_name, yaml, key) => {
    const problems = problemsIn(yaml);

    expect(sentences(problems)).toContain(`pools.yaml: ${key} holds a secret.`);
    expect(problems.filter(({ what }) => what.includes(`${key} `))).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});
