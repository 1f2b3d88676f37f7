/** For the container's HEALTHCHECK: 0 when bot and worker are ready, 1 with the reasons when one is not. */
import { healthPorts } from './config';

async function isReady(name: string, port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    if (!response.ok) process.stderr.write(`${name}: ${await response.text()}`);
    return response.ok;
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : 'no answer'}\n`);
    return false;
  }
}

async function look(): Promise<void> {
  const ready = await Promise.all(Object.entries(healthPorts()).map(([name, port]) => isReady(name, port)));
  process.exitCode = ready.every(Boolean) ? 0 : 1;
}

void look();
