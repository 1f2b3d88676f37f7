/** Messages go one by one; all at once on the newest releases only (xapi App. A: 22.19.0). */
import { hasSince } from '../profiles';
import { text, texts, type Call, type Method } from './method';
import { uuidOfRef, VOID, XapiFailure } from './values';

function destroy(call: Call, refs: readonly string[]): string {
  const { world, pool } = call;
  const { messages } = world.of(pool);
  for (const ref of refs) {
    const at = messages.findIndex((message) => message.uuid === uuidOfRef(ref));
    if (at < 0) throw new XapiFailure('HANDLE_INVALID', 'message', ref);
    const [gone] = messages.splice(at, 1);
    world.remove(pool, 'message', gone!.uuid);
  }
  return VOID;
}

export const MESSAGE_METHODS: Readonly<Record<string, Method>> = {
  'message.destroy': {
    params: ['ref:message'],
    mutates: true,
    async: false,
    run: (call) => destroy(call, [text(call, 0)]),
  },
  'message.destroy_many': {
    params: ['S'],
    mutates: true,
    async: false,
    run: (call) => {
      if (!hasSince(call.release, '8.4'))
        throw new XapiFailure('MESSAGE_METHOD_UNKNOWN', 'message.destroy_many');
      return destroy(call, texts(call, 0));
    },
  },
};
