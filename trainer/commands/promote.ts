import { promote as promoteVersion, type PromoteOptions } from '../tracking/promote.ts';
import { withClient } from '../tracking/registerModel.ts';

/** Makes the challenger the champion, where it is better. */
export async function promote(name: string, options: PromoteOptions): Promise<void> {
  const { version, before, reason } = await withClient((client) => promoteVersion(client, name, options));
  process.stdout.write(`Version ${version} of ${name} is the champion${before === null ? '' : `, in place of version ${before}`}. ${reason}\n`);
}
