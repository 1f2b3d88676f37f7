/** CloudStack without a socket: the product's own client talks to it through this transport. */
import { NotSent, Unreachable } from '../../domain/errors';
import type { SimManagementServer } from '../model';
import { SimSocketError } from '../socket-error';
import { type ApiAnswer, type ApiRequest, callCloudStack } from './call';
import type { CloudStackSide } from './side';

type InMemoryTransport = (request: ApiRequest & { readonly signal: AbortSignal }) => Promise<ApiAnswer>;

/** The first server that is up answers, as behind a balancer; name one to talk to it alone. */
export function inMemoryTransport(side: CloudStackSide, server?: SimManagementServer): InMemoryTransport {
  return async ({ signal, ...request }) => {
    const servers = side.cloud.managementServers;
    const to = server ?? servers.find((one) => one.ready) ?? servers[0];
    if (!to) throw new NotSent('there is no management server');
    const source = `CloudStack on ${to.name}`;
    if (signal.aborted) throw new NotSent('the deadline passed before the request was sent');
    let abort = (): void => undefined;
    const gaveUp = new Promise<never>((_resolve, reject) => {
      abort = () => reject(new Unreachable(source, 'no answer within the deadline'));
    });
    signal.addEventListener('abort', abort);
    try {
      return await Promise.race([callCloudStack(side, to, request), gaveUp]);
    } catch (error) {
      if (!(error instanceof SimSocketError)) throw error;
      return await symptom(source, error.kind, gaveUp);
    } finally {
      // a deadline that is listened to holds the answer for the rest of its time, half a minute of answers in all
      signal.removeEventListener('abort', abort);
    }
  };
}

/** What a socket would show, in the product's words. */
function symptom(
  source: string,
  kind: SimSocketError['kind'],
  gaveUp: Promise<never>,
): ApiAnswer | Promise<never> {
  if (kind === 'hang') return gaveUp;
  if (kind === 'html')
    return { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad Gateway</html>' };
  if (kind === 'refused') throw new NotSent(`${source} refused the connection`);
  throw new Unreachable(source, kind === 'truncate' ? 'the answer broke off' : 'the connection was reset');
}
