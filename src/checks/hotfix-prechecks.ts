/** Every host is asked whether it would take what is staged: it sees what no catalogue knows (xc §1.7; xapi §8.1, §8.2). */
import type { Precheck } from '../domain/patching';
import { defineCheck, found } from './check';

export const hotfixPrechecks = defineCheck({
  name: 'hotfix-prechecks',
  summary: 'Every host says that it would take what is staged for it.',
  source: 'xc §1.7, xapi §8.1, xapi §8.2',
  look: (_pool, _version, { patching }) => {
    const { work, look } = patching ?? {};
    if (!work || !look) return [];
    return Object.entries(look.prechecks).flatMap(([host, answers]) =>
      Object.entries(answers).flatMap(([name, answer]) => {
        const comesBefore = (work.artefacts.find((one) => one.name === name)?.requires.length ?? 0) > 0;
        if (answer.ok || settlesItself(answer.code, comesBefore)) return [];
        return [
          found(
            'block',
            host,
            `${host} would not take ${name}: ${answer.says}`,
            [`precheck: ${answer.code}`],
            `Put right what ${host} says, or plan without ${name}.`,
          ),
        ];
      }),
    );
  },
});

/** What the run itself brings about before it applies: what is required comes first, and the host is empty by then. */
const settlesItself = (code: Extract<Precheck, { ok: false }>['code'], comesBefore: boolean): boolean =>
  code.endsWith('_VM_RUNNING') || (comesBefore && code.endsWith('_PREREQUISITE_MISSING'));
