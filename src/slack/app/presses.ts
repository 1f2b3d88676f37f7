/** What a press of a button asks of the operator. All of it is authorised there, never here. */
import { wishOf } from '../../domain/aim';
import type { Person } from '../../domain/person';
import type { Operator } from '../../engine/operator';
import { answerMessage } from '../view/answer-message';
import type { Pressed } from '../view/buttons';
import { section } from '../view/blocks';
import type { Message } from '../view/message';
import { plain, spoken } from '../view/words';

/** Where the press was made, for answers that the worker gives there later. */
export interface Place {
  readonly channel: string;
  readonly ts?: string;
}

/** Throws Rejected with the sentence the person reads. `reason` is what the modal asked for. */
export async function carryOut(
  operator: Operator,
  by: Person,
  pressed: Pressed,
  replyTo: Place,
  reason?: string,
): Promise<Message> {
  const because = reason === undefined ? {} : { reason };
  switch (pressed.do) {
    case 'start':
      return answerMessage({ about: 'run', did: 'start', answer: await operator.start(by, pressed.plan) });
    case 'plan-with': {
      const plan = await operator.plan(by, pressed.plan);
      const { pool } = plan;
      const { request } = await operator.requestPlan(by, pool, {
        ...wishOf(plan),
        remedies: pressed.remedies.split(','),
        replyTo,
      });
      return answerMessage({ about: 'plan-asked', pool, request });
    }
    case 'pause':
    case 'pause-now':
      return halted(
        'pause',
        await operator.pause(by, pressed.run, { now: pressed.do === 'pause-now', ...because }),
      );
    case 'abort':
      return halted('abort', await operator.abort(by, pressed.run, because));
    case 'resume':
      return answerMessage({ about: 'run', did: 'resume', answer: await operator.resume(by, pressed.run) });
    case 'yes':
    case 'accept':
    case 'way':
    case 'no': {
      const says = pressed.do === 'no' ? 'no' : 'yes';
      const { run, question, digest } = pressed;
      const way = pressed.do === 'way' ? { way: pressed.way } : {};
      const answer = await operator.answer(by, run, { question, digest, says, ...because, ...way });
      return answerMessage({
        about: 'run',
        did: 'advance',
        answer,
        question: answer.question,
        says,
        ...way,
      });
    }
    case 'give-back':
      return answerMessage({
        about: 'run',
        did: 'give-back',
        answer: await operator.giveBack(by, pressed.pool, pressed.obligation),
      });
    case 'take-over': {
      await operator.takeOver(by, pressed.pool, pressed.obligation, reason ?? '');
      const sentence = `You took over ${pressed.obligation} in ${pressed.pool}.`;
      return { key: 'took-over', text: spoken(sentence), blocks: [section(plain(sentence))] };
    }
  }
}

type Halted = Awaited<ReturnType<Operator['pause']>>;

const halted = (did: 'pause' | 'abort', { effectAfter, ...answer }: Halted): Message =>
  answerMessage({ about: 'run', did, answer, ...(effectAfter !== undefined && { effectAfter }) });
