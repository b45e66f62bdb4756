// Who runs a command, as far as the system says: for the record, and never for what somebody may.

import { userInfo } from 'node:os';

/** The user of this process; behind it whoever became that user with sudo, as they say. */
export function userName(env: Readonly<Record<string, string | undefined>>): string {
  const behind = env['SUDO_USER'];
  const user = ownName();
  return behind === undefined || behind === '' || behind === user ? user : `${user} (sudo ${behind})`;
}

/** A user id without a name, as in a container, is no reason not to act. */
function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
