/** Which scope each method needs, as Slack's reference names them. What the app was not installed with is refused. */

export const SCOPES: Readonly<Record<string, string>> = {
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'chat.delete': 'chat:write',
  'chat.postEphemeral': 'chat:write',
  'conversations.history': 'channels:history',
  'conversations.replies': 'channels:history',
  'files.getUploadURLExternal': 'files:write',
  'files.completeUploadExternal': 'files:write',
  'usergroups.list': 'usergroups:read',
  'usergroups.users.list': 'usergroups:read',
  'users.info': 'users:read',
  'users.list': 'users:read',
};

/** `installed` absent: whatever is needed. */
export function scopeMissing(method: string, installed: readonly string[] | undefined): string | undefined {
  const needed = SCOPES[method];
  return needed === undefined || installed === undefined || installed.includes(needed) ? undefined : needed;
}
