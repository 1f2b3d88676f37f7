/** Who may log in to the pretend cloud's machines and database. Fixed: a simulator's secrets protect nothing. */

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** root of every dom0 and of every management server. */
export const SSH_LOGIN: Login = { user: 'root', password: 'sim-ssh-password' };
/** A database user with SELECT and nothing else (cs §10.3). */
export const DB_LOGIN: Login = { user: 'xsupgrade_read', password: 'sim-db-password' };
/** Of iSCSI storage, in device_config: nobody logs in with it, and nobody may ever read it. */
export const CHAP_PASSWORD = 'sim-chap-password';
/** The routing key that the pager takes: 32 characters as PagerDuty's (peers §4.4). */
export const PAGER_ROUTING_KEY = 'simulated0routing0key00000000000';
