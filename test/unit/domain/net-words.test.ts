/** A connection that fails is told in words, with the address and the system's own code. */
import { networkWords } from '../../../src/domain/net-words';

test.each([
  ['connect ECONNREFUSED 10.0.0.1:443', /^10\.0\.0\.1:443 refuses the connection.*\(ECONNREFUSED\)$/],
  ['connect ECONNREFUSED ::1:22', /^::1:22 refuses the connection/],
  [
    'connect EHOSTUNREACH 10.0.0.1:22 - Local (10.0.0.9:4000)',
    /^10\.0\.0\.1:22 cannot be reached: there is no route/,
  ],
  ['getaddrinfo ENOTFOUND xen-1.example', /^xen-1\.example is a name that DNS does not know/],
  ['connect ETIMEDOUT 10.0.0.1:443', /^10\.0\.0\.1:443 did not answer in time/],
  ['read ECONNRESET', /^the other side broke the connection \(ECONNRESET\)$/],
  ['socket hang up', /^socket hang up$/],
])('%s', (said, words) => {
  expect(networkWords(new Error(said))).toMatch(words);
});

test('a name with several addresses says why of the first, not nothing', () => {
  const tried = ['::1:8080', '127.0.0.1:8080'].map((address) => new Error(`connect ECONNREFUSED ${address}`));

  expect(networkWords(new AggregateError(tried))).toMatch(/^::1:8080 refuses the connection/);
});
