// Methods say which settings they serve; a run in another would give numbers that mean nothing.
import type { MethodInfo } from '../../methods/types.js';
import { IadError } from '../../runtime/errors.js';
import { claimOf, type Setting } from './config.js';

export function serves({ settings }: Pick<MethodInfo, 'settings'>, setting: Setting): boolean {
  return settings.includes(claimOf(setting));
}

/** @throws IadError `SETTING_NOT_SERVED` naming the settings that the method serves */
export function checkServes(info: Pick<MethodInfo, 'id' | 'settings'>, setting: Setting): void {
  if (serves(info, setting)) return;
  throw new IadError('SETTING_NOT_SERVED', `${info.id} does not serve the setting ${setting.kind}`, {
    hint: `It serves ${info.settings.join(', ')}.`,
  });
}
